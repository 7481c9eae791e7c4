import { asFault, fault } from '../shared/fault'

/** What the passkey's secret is drawn for; changing it makes every passkey useless. */
const SALT = new TextEncoder().encode('luyin/v1/wallet-prf').slice()

/** Names the owner of this browser's passkeys: where one is made again, the authenticator puts it in the place of the one before. */
const OWNER_KEPT = 'luyin.passkey'
const OWNER = /^[0-9a-f]{32}$/
/** The browser's names for: nobody agreed, the time ran out, there is no such passkey. */
const NOT_USED: readonly string[] = ['NotAllowedError', 'AbortError', 'InvalidStateError', 'TimeoutError']

const random = (length: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(length))

/** Drawn once, the same for every wallet here, and of no meaning elsewhere. */
function owner(): Uint8Array<ArrayBuffer> {
  const drawn = random(16)
  try {
    const kept = localStorage.getItem(OWNER_KEPT)
    if (kept && OWNER.test(kept)) return Uint8Array.from(kept.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
    localStorage.setItem(OWNER_KEPT, Array.from(drawn, (byte) => byte.toString(16).padStart(2, '0')).join(''))
  } catch {
    // Then an old passkey stands beside the new one.
  }
  return drawn
}

/** Whether this browser may have passkeys at all; whether one can also give a secret shows only when it is made. */
export function passkeysHere(): boolean {
  return typeof PublicKeyCredential !== 'undefined' && typeof navigator.credentials?.create === 'function'
}

function secretOf(credential: PublicKeyCredential): Uint8Array | null {
  const first = credential.getClientExtensionResults().prf?.results?.first
  if (!first) return null
  return first instanceof ArrayBuffer ? new Uint8Array(first) : new Uint8Array(first.buffer, first.byteOffset, first.byteLength)
}

async function asking(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  let credential: Credential | null = null
  try {
    credential = await ask()
  } catch (thrown) {
    const refused = thrown instanceof Error && NOT_USED.includes(thrown.name)
    throw fault(refused ? 'passkey_refused' : 'no_passkey', asFault(thrown).message)
  }
  if (!(credential instanceof PublicKeyCredential)) throw fault('passkey_refused', 'no passkey was given')
  return credential
}

/** Asks a passkey of this site for its secret: this one, or whichever its holder chooses. */
export async function usePasskey(only?: BufferSource): Promise<Uint8Array> {
  const allowCredentials: PublicKeyCredentialDescriptor[] = only ? [{ type: 'public-key', id: only }] : []
  const credential = await asking(() =>
    navigator.credentials.get({
      publicKey: { challenge: random(32), allowCredentials, userVerification: 'required', extensions: { prf: { eval: { first: SALT } } } },
    }),
  )
  const secret = secretOf(credential)
  if (!secret) throw fault('wrong_prf', 'the passkey gives no secret')
  return secret
}

/** Makes a passkey and asks it for its secret. The site keeps neither. */
export async function makePasskey(): Promise<Uint8Array> {
  const credential = await asking(() =>
    navigator.credentials.create({
      publicKey: {
        challenge: random(32),
        rp: { name: 'Luyin' },
        user: { id: owner(), name: 'luyin', displayName: '路引 Luyin' },
        pubKeyCredParams: [
          { type: 'public-key', alg: -7 },
          { type: 'public-key', alg: -257 },
        ],
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        extensions: { prf: { eval: { first: SALT } } },
      },
    }),
  )
  const secret = secretOf(credential)
  if (secret) return secret
  // Some give the secret only when the passkey is used, and say so; of the others nobody need be asked a second time.
  if (!credential.getClientExtensionResults().prf?.enabled) throw fault('no_passkey', 'the authenticator gives no secrets')
  return usePasskey(credential.rawId)
}
