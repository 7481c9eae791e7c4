import type { Device, DeviceFault, Draft, PersonView, PolicyView, Secret, Status, WalletState } from '../device/api'
import { asFault, isDamage, slugOf } from '../shared/fault'
import { now } from '../shared/now.svelte'
import { slotAt } from '../shared/time'
import { forgetTyped } from '../shared/typed'
import { markBackedUp } from './backedup'
import { CatchUp } from './catchup'
import { Node } from './node.svelte'
import { makePasskey } from './passkey'
import { Queue } from './queue.svelte'
import { Windows } from './windows'

/** Where the wallet stands: what the page shows follows from it. */
export type Phase = 'starting' | 'broken' | 'setup' | 'locked' | 'open' | 'elsewhere'

const PERSON_KEPT = 'luyin.person'

/** The state of the wallet page: the device's answers, kept for showing, and what may be done with them. */
export class Wallet {
  phase = $state<Phase>('starting')
  /** Why the wallet does not open, where it does not. */
  broken = $state.raw<DeviceFault | null>(null)
  state = $state.raw<WalletState | null>(null)
  people = $state.raw<readonly PersonView[]>([])
  status = $state.raw<Status | null>(null)
  policies = $state.raw<readonly PolicyView[]>([])
  readonly node = new Node()
  readonly queue = new Queue()
  readonly catchUp = new CatchUp(this)
  private label = $state<string | null>(null)
  private readonly windows = new Windows(() => this.release())
  private readonly ends: (() => void)[] = []
  private readonly saves = new Set<() => Promise<void>>()

  readonly person = $derived(this.people.find((one) => one.label === this.label) ?? this.people[0] ?? null)

  constructor(readonly device: Device) {
    this.ends.push(device.onProgress((progress) => this.queue.note(progress)))
  }

  /** Finds out whether there is a wallet and whether it is open. */
  async start(): Promise<void> {
    try {
      const state = await this.device.wallet.state()
      this.state = state
      this.broken = null
      if (!state.exists) this.phase = 'setup'
      else if (!state.open) this.phase = 'locked'
      else await this.opened()
    } catch (thrown) {
      this.breakDown(asFault(thrown))
    }
  }

  /** Nothing more is begun in the background. */
  private rest(): void {
    this.catchUp.stop()
    this.queue.clear()
  }

  /** Asks the browser not to clear the wallet away when space is short. A refusal is no fault: a backup helps. */
  private async keepStorage(): Promise<void> {
    await navigator.storage?.persist?.().catch(() => false)
  }

  private breakDown(why: DeviceFault): void {
    // What is no wallet at all, here, is a wallet that was one.
    this.broken = isDamage(why) ? { ...why, slug: 'damaged' } : why
    this.phase = 'broken'
  }

  stop(): void {
    this.queue.stop()
    this.catchUp.stop()
    this.windows.close()
    for (const end of this.ends) end()
  }

  /** Tries again, and where another window still has the wallet, asks it to let go first. */
  async takeOver(): Promise<void> {
    this.phase = 'starting'
    const taken = await this.device.wallet.state().then(
      () => false,
      (thrown: unknown) => slugOf(asFault(thrown)) === 'other_tab',
    )
    if (taken) await this.windows.ask()
    await this.start()
  }

  private async release(): Promise<void> {
    if (this.phase === 'elsewhere' || this.phase === 'broken') return
    await this.saveTyped()
    this.phase = 'elsewhere'
    this.rest()
    // A later call would take the wallet's files back.
    await this.queue.idle()
    await this.device.wallet.lock().catch(() => undefined)
  }

  async create(secret: Secret): Promise<void> {
    await this.device.wallet.create(secret, location.origin)
    await this.keepStorage()
    this.state = await this.device.wallet.state()
  }

  async unlock(secret: Secret): Promise<void> {
    try {
      await this.device.wallet.open(secret)
    } catch (thrown) {
      const why = asFault(thrown)
      if (!isDamage(why)) throw why
      this.breakDown(why)
      return
    }
    await this.start()
  }

  /** Lets a new passkey open the wallet beside the passphrase, in the place of one that did so before. */
  async addPasskey(passphrase: string): Promise<void> {
    // It opens once more before a passkey is made: one made for a wrong passphrase would stay behind and open nothing.
    await this.device.wallet.open({ passphrase })
    await this.device.wallet.addPrf(passphrase, await makePasskey())
    this.state = await this.device.wallet.state()
  }

  /** Opens a backup; `replace`: in the place of the wallet that is here. */
  async restore(backup: Uint8Array, passphrase: string, replace: boolean): Promise<void> {
    this.catchUp.stop()
    try {
      await this.queue.alone(async () => {
        await this.device.wallet.restore(backup, passphrase, replace)
        // What waited was the old wallet's.
        this.queue.clear()
      })
    } catch (thrown) {
      // The wallet that is here goes on as before.
      if (this.phase === 'open') await this.start()
      throw thrown
    }
    this.forgetShown()
    await this.keepStorage()
    await this.start()
  }

  /** Another wallet is here now, or none. */
  private forgetShown(): void {
    forgetTyped()
    this.status = null
    this.label = null
    try {
      sessionStorage.removeItem(PERSON_KEPT)
    } catch {
      // Nothing was kept.
    }
  }

  async lock(): Promise<void> {
    await this.saveTyped()
    this.rest()
    await this.queue.idle()
    await this.device.wallet.lock()
    await this.start()
  }

  async erase(): Promise<void> {
    this.rest()
    await this.queue.idle()
    await this.device.wallet.erase()
    markBackedUp(false)
    this.forgetShown()
    this.people = []
    await this.start()
  }

  /** The wallet is open: shows it, and goes on with what was interrupted. */
  async opened(): Promise<void> {
    this.state = await this.device.wallet.state()
    await this.look()
    this.phase = 'open'
    this.catchUp.start()
  }

  /** Asks the device for everything that is shown. */
  async look(): Promise<void> {
    if (this.phase === 'elsewhere') return
    this.people = await this.device.wallet.persons()
    if (this.label === null) this.label = this.keptPerson()
    await this.lookAtStatus()
  }

  private async lookAtStatus(): Promise<void> {
    const person = this.person
    if (!person) {
      this.status = null
      return
    }
    const time = now()
    this.status = await this.device.wallet.status(person.label, time)
    // Before the first sync there is nothing to list.
    this.policies = await this.device.wallet.policies(time).catch(() => [])
  }

  async choose(label: string): Promise<void> {
    this.label = label
    try {
      // Which of several is shown, by place: a label may be a name.
      sessionStorage.setItem(PERSON_KEPT, String(this.people.findIndex((one) => one.label === label)))
    } catch {
      // It is chosen until the page is closed.
    }
    this.status = null
    await this.lookAtStatus()
  }

  private keptPerson(): string | null {
    try {
      const place = Number(sessionStorage.getItem(PERSON_KEPT) ?? '0')
      return this.people[place]?.label ?? null
    } catch {
      return null
    }
  }

  /** The half-day that runs. */
  slot(): number {
    return slotAt(now())
  }

  async saveDraft(person: string, draft: Draft | null): Promise<void> {
    await this.device.wallet.saveDraft(person, draft)
    this.people = this.people.map((one) => (one.label === person ? { ...one, draft } : one))
  }

  /** Runs before the page is left, locked or renewed: screens save here what is typed. */
  leaving(save: () => Promise<void>): () => void {
    this.saves.add(save)
    return () => this.saves.delete(save)
  }

  async saveTyped(): Promise<void> {
    await Promise.allSettled([...this.saves].map((save) => save()))
  }
}
