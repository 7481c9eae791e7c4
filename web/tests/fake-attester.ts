/** An attester's device for component tests and for looking at its pages. Not shipped. */
import type { AttestedKind, AttesterDevice, Device, DeviceFault, GateDevice, OwnTerms, RegulatorDevice, WalletDevice } from '../src/device/api'
import { day } from '../src/shared/time'

export const CLINIC = 'did:luyin:7oKrWNSe9y8cfVkxGmpCdKHeS7FtwWnSSeEQvts2x9Z'

/** A holder's card as a wallet writes it. */
export const CARD = JSON.stringify({ network: '09'.repeat(32), attester: CLINIC, day: 20_784, nym: '0a'.repeat(32), mask: 149 })

const refused = (slug: string, detail: DeviceFault['detail'] = {}): DeviceFault => ({ slug, message: slug, detail })

export class FakeAttester implements Device {
  readonly info = Promise.resolve({ threads: 2, version: '0.1.0', storage: 'opfs' as const })
  readonly wallet = {} as WalletDevice
  readonly ahead = this.wallet
  readonly gate = {} as GateDevice
  readonly regulator = {} as RegulatorDevice
  opened = false
  terms: OwnTerms
  /** What the next posts and withdrawals meet. */
  readonly refusals: DeviceFault[] = []
  readonly made: { readonly leaf: string; readonly kind: AttestedKind; readonly day: string; readonly value: string }[] = []
  readonly posted: string[] = []
  readonly withdrawn: { readonly leaf: string; readonly day: string; readonly reason: string }[] = []

  constructor(readonly now: number) {
    this.terms = {
      day: 20_784,
      kinds: [
        { kind: 'test', quota: 500, used: 12 },
        { kind: 'vaccination', quota: 200, used: 200 },
        { kind: 'itinerary', quota: 50, used: 0 },
        { kind: 'reading', quota: 5_000, used: 340 },
      ],
    }
  }

  onProgress(): () => void {
    return () => undefined
  }

  onDeath(): () => void {
    return () => undefined
  }

  readonly attester: AttesterDevice = {
    open: async (keystore, passphrase) => {
      if (passphrase !== 'right') throw refused('wrong_passphrase')
      this.opened = keystore.length > 0
    },
    close: async () => {
      this.opened = false
    },
    terms: async () => this.terms,
    card: async (card) => {
      if (card.includes('yesterday')) throw refused('card_of_other_day')
      if (!card.startsWith('{')) throw refused('not_a_card')
      return { day: day(this.now), surname: '王', digits: '21' }
    },
    make: async (_, kind, on, value) => {
      const leaf = (this.made.length + 1).toString(16).padStart(2, '0').repeat(32)
      this.made.push({ leaf, kind, day: on, value })
      return { leaf, treeDay: day(this.now), adverse: value === 'positive' }
    },
    post: async (leaf) => {
      const refusal = this.refusals.shift()
      if (refusal) throw refusal
      this.posted.push(leaf)
      return { treeDay: day(this.now), entry: 40 + this.posted.length, text: JSON.stringify({ attestation: 'AAAA', leaf }) }
    },
    withdraw: async (leaf, on, reason) => {
      const refusal = this.refusals.shift()
      if (refusal) throw refusal
      this.withdrawn.push({ leaf, day: on, reason })
      return { entry: 90 }
    },
  }
}
