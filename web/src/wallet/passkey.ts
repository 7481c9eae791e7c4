import { asFault, fault } from '../shared/fault'

/** What the passkey's secret is drawn for; changing it makes every passkey useless. */
const SALT = new TextEncoder().encode('luyin/v1/wallet-prf').slice()

const random = (length: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(length))

/** Whether this browser may have passkeys at all; whether one can also give a secret shows only when it is made. */
export function passkeysHere(): boolean {
  return typeof PublicKeyCredential !== 'undefined' && typeof navigator.credentials?.create === 'function'
}

function secretOf(credential: Credential | null): Uint8Array | null {
  if (!(credential instanceof PublicKeyCredential)) return null
  const first = credential.getClientExtensionResults().prf?.results?.first
  if (!first) return null
  return first instanceof ArrayBuffer ? new Uint8Array(first) : new Uint8Array(first.buffer, first.byteOffset, first.byteLength)
}

async function asking(ask: () => Promise<Credential | null>): Promise<Credential | null> {
  try {
    return await ask()
  } catch (thrown) {
    throw fault('passkey_refused', asFault(thrown).message)
  }
}

/** Asks an existing passkey of this site for its secret. */
export async function usePasskey(): Promise<Uint8Array> {
  const credential = await asking(() =>
    navigator.credentials.get({
      publicKey: { challenge: random(32), userVerification: 'required', extensions: { prf: { eval: { first: SALT } } } },
    }),
  )
  const secret = secretOf(credential)
  if (!secret) throw fault('passkey_refused', 'the passkey gives no secret')
  return secret
}

/** Makes a passkey and asks it for its secret. The site keeps neither. */
export async function makePasskey(): Promise<Uint8Array> {
  const credential = await asking(() =>
    navigator.credentials.create({
      publicKey: {
        challenge: random(32),
        rp: { name: 'Luyin' },
        user: { id: random(16), name: 'luyin', displayName: '路引 Luyin' },
        pubKeyCredParams: [
          { type: 'public-key', alg: -7 },
          { type: 'public-key', alg: -257 },
        ],
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        extensions: { prf: { eval: { first: SALT } } },
      },
    }),
  )
  // Some give the secret only when the passkey is used.
  return secretOf(credential) ?? usePasskey()
}
