import type { Attested, AttestedKind, AttesterDevice, HolderCard } from '../device/api'
import { asFault, fault, slugOf } from '../shared/fault'
import { now } from '../shared/now.svelte'
import type { Issued } from './issued.svelte'
import { emptyTyped, valueOf, type Typed } from './result'

export type Step = 'card' | 'compare' | 'result' | 'confirm' | 'issued'

/** Statuses after which the ledger may have taken it all the same. */
function mayStand(thrown: unknown): boolean {
  const found = asFault(thrown)
  if (found.slug !== 'refused') return ['unreachable', 'unreadable', 'timeout'].includes(found.slug)
  const status = Number(found.detail['status'])
  return status === 408 || status === 429 || status >= 500
}

/** One attestation on its way, from the holder's card to the code for the holder's wallet. */
export class Issue {
  step = $state<Step>('card')
  kind = $state<AttestedKind>('test')
  card = $state.raw<{ readonly text: string; readonly holder: HolderCard } | null>(null)
  typed = $state.raw<Typed>(emptyTyped(now()))
  done = $state.raw<(Attested & { readonly adverse: boolean }) | null>(null)
  /** It was posted and nobody answered: it is posted again, never made anew. */
  unanswered = $state.raw<{ readonly leaf: string; readonly adverse: boolean } | null>(null)

  constructor(
    private readonly device: AttesterDevice,
    private readonly issued: Issued,
  ) {}

  get value(): string | null {
    return valueOf(this.kind, this.typed)
  }

  type(change: Partial<Typed>): void {
    this.typed = { ...this.typed, ...change }
  }

  async take(text: string): Promise<void> {
    this.card = { text, holder: await this.device.card(text, now()) }
    this.step = 'compare'
  }

  async give(): Promise<void> {
    const { card, value } = this
    if (!card || value === null) throw fault('row_shape', 'something is missing')
    if (!this.unanswered) {
      const { leaf, treeDay, adverse } = await this.device.make(card.text, this.kind, this.typed.day, value, now())
      this.issued.begin(leaf, this.kind, treeDay, now())
      this.unanswered = { leaf, adverse }
    }
    const { leaf, adverse } = this.unanswered
    try {
      const attested = await this.device.post(leaf, now())
      this.issued.posted({ leaf, kind: this.kind, treeDay: attested.treeDay, at: now(), entry: attested.entry })
      this.unanswered = null
      this.done = { ...attested, adverse }
      this.step = 'issued'
    } catch (thrown) {
      if (!mayStand(thrown)) {
        this.unanswered = null
        // Where the worker has lost it, nobody knows: it stays in the list, to be withdrawn.
        if (slugOf(asFault(thrown)) !== 'not_made') this.issued.drop(leaf)
      }
      throw thrown
    }
  }

  /** The next person. Nothing of this one stays. */
  next(): void {
    this.card = null
    this.typed = emptyTyped(now())
    this.done = null
    this.unanswered = null
    this.step = 'card'
  }
}
