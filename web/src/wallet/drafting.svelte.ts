import { untrack } from 'svelte'
import { EMPTY, fromForm, isEmpty, toDraft, type Filling } from './form'
import type { Wallet } from './model.svelte'

const AFTER_MS = 150

/**
 * The form while it is typed: kept in the sealed wallet a moment after each change, and at once when the page is left.
 * `slot` is the half-day that it was begun for; it stays when the half-day ends.
 */
export class Drafting {
  filling = $state<Filling>({ ...EMPTY })
  slot = $state(0)
  /** Whether anything is filled in. */
  begun = $state(false)
  /** Whether what is seen is what is kept. */
  kept = $state<'no' | 'yes' | 'failed'>('no')
  private timer: ReturnType<typeof setTimeout> | undefined
  private written = ''

  constructor(
    private readonly wallet: Wallet,
    private readonly who: string,
  ) {
    const draft = untrack(() => wallet.people.find((one) => one.label === who)?.draft ?? null)
    this.slot = draft?.slot ?? wallet.slot()
    if (draft) this.filling = fromForm(draft.form, false)
    this.written = JSON.stringify(toDraft(this.filling))
    this.begun = draft !== null
    if (draft) this.kept = 'yes'
  }

  /** Called after every change. */
  changed(): void {
    if (JSON.stringify(toDraft(this.filling)) === this.written) return
    // A form belongs to the half-day of its first stroke.
    if (!this.begun) this.slot = this.wallet.slot()
    this.begun = !isEmpty(this.filling)
    this.kept = 'no'
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.save(), AFTER_MS)
  }

  /** Writes what is typed and not yet written. */
  async save(): Promise<void> {
    clearTimeout(this.timer)
    const form = toDraft(this.filling)
    const text = JSON.stringify(form)
    if (text === this.written) return
    try {
      await this.wallet.saveDraft(this.who, isEmpty(this.filling) ? null : { form, slot: this.slot })
      this.written = text
      this.kept = 'yes'
    } catch {
      // The words stay on the page, and the page says that they are nowhere else.
      this.kept = 'failed'
    }
  }

  /** The answers are meant for the half-day that runs; they are confirmed anew. */
  reuse(): void {
    this.slot = this.wallet.slot()
    this.written = ''
    void this.save()
  }

  /** The form was sent, or is not to be sent: nothing of it is kept. */
  clear(): void {
    clearTimeout(this.timer)
    this.filling = { ...EMPTY }
    this.written = JSON.stringify(toDraft(this.filling))
    this.slot = this.wallet.slot()
    this.begun = false
    this.kept = 'no'
  }
}
