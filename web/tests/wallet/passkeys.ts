import { vi } from 'vitest'

/** A browser's passkeys, pretended: what was asked of them, and what they answer. */
export class Passkeys {
  readonly made: PublicKeyCredentialCreationOptions[] = []
  readonly used: PublicKeyCredentialRequestOptions[] = []
  readonly id = new Uint8Array([1, 2, 3]).buffer
  secret: Uint8Array<ArrayBuffer> = new Uint8Array(32).fill(7)
  /** Whether the authenticator gives secrets, and whether it does so at once, where a passkey is made. */
  gives: 'at once' | 'when used' | 'never' = 'at once'
  /** The name of the browser's refusal, while it refuses. */
  refuses: string | null = null

  constructor() {
    class Given {
      constructor(readonly rawId: ArrayBuffer, private readonly prf: AuthenticationExtensionsPRFOutputs) {}
      getClientExtensionResults(): AuthenticationExtensionsClientOutputs {
        return { prf: this.prf }
      }
    }
    const results = (): AuthenticationExtensionsPRFOutputs => ({ results: { first: this.secret } })
    const answer = (prf: AuthenticationExtensionsPRFOutputs): Given => {
      if (this.refuses) throw new DOMException('the browser says why', this.refuses)
      return new Given(this.id, prf)
    }
    const credentials = {
      create: async ({ publicKey }: { publicKey: PublicKeyCredentialCreationOptions }) => {
        this.made.push(publicKey)
        return answer({ enabled: this.gives !== 'never', ...(this.gives === 'at once' ? results() : {}) })
      },
      get: async ({ publicKey }: { publicKey: PublicKeyCredentialRequestOptions }) => {
        this.used.push(publicKey)
        return answer(this.gives === 'never' ? {} : results())
      },
    }
    vi.stubGlobal('PublicKeyCredential', Given)
    Object.defineProperty(navigator, 'credentials', { configurable: true, value: credentials })
  }
}
