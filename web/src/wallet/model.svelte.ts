import { network } from '../api/network'
import type { Device, DeviceFault, Draft, Form, PersonView, PolicyView, Secret, Status, WalletState } from '../device/api'
import { asFault, fault, isDamage, isOffline } from '../shared/fault'
import { now } from '../shared/now.svelte'
import { slotAt } from '../shared/time'
import { markBackedUp } from './backedup'
import { CatchUp } from './catchup'
import { Queue } from './queue.svelte'

/** Where the wallet stands: what the page shows follows from it. */
export type Phase = 'starting' | 'broken' | 'setup' | 'locked' | 'open' | 'elsewhere'

const MODE_KEPT = 'luyin.mode'
const PERSON_KEPT = 'luyin.person'
const CHANNEL = 'luyin.wallet'
const RELEASE_MS = 3_000
/** Differences of the clocks below this do no harm: a code counts one step early or late. */
const CLOCK_MAY_DIFFER_MS = 20_000

function keptMode(): string | null {
  try {
    return localStorage.getItem(MODE_KEPT)
  } catch {
    return null
  }
}

/** The state of the wallet page: the device's answers, kept for showing, and what may be done with them. */
export class Wallet {
  phase = $state<Phase>('starting')
  /** Why the wallet does not open, where it does not. */
  broken = $state.raw<DeviceFault | null>(null)
  state = $state.raw<WalletState | null>(null)
  people = $state.raw<readonly PersonView[]>([])
  status = $state.raw<Status | null>(null)
  policies = $state.raw<readonly PolicyView[]>([])
  mode = $state<string | null>(keptMode())
  online = $state(navigator.onLine)
  /** The page's clock minus the node's, where it matters. */
  clockOff = $state<number | null>(null)
  /** What is wrong with the server, as the last look at it showed. */
  serverFault = $state.raw<DeviceFault | null>(null)
  readonly queue = new Queue()
  readonly catchUp = new CatchUp(this)
  private label = $state<string | null>(null)
  private readonly channel: BroadcastChannel | null
  private readonly ends: (() => void)[] = []
  private readonly saves = new Set<() => Promise<void>>()

  readonly person = $derived(this.people.find((one) => one.label === this.label) ?? this.people[0] ?? null)
  readonly demo = $derived(this.mode === 'development')

  constructor(readonly device: Device) {
    this.channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL)
    this.channel?.addEventListener('message', (event: MessageEvent) => {
      if (event.data === 'release') void this.release()
    })
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
    this.channel?.close()
    for (const end of this.ends) end()
  }

  /** Asks the other window to let go, then tries again. */
  async takeOver(): Promise<void> {
    await this.askToRelease()
    await this.start()
  }

  /** Resolves when the other window has let go, or did not answer in time: it may be gone. */
  private askToRelease(): Promise<void> {
    const channel = this.channel
    if (!channel) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        channel.removeEventListener('message', heard)
        resolve()
      }
      const heard = (event: MessageEvent): void => {
        if (event.data === 'released') done()
      }
      const timer = setTimeout(done, RELEASE_MS)
      channel.addEventListener('message', heard)
      channel.postMessage('release')
    })
  }

  private async release(): Promise<void> {
    if (this.phase !== 'open' && this.phase !== 'locked') return
    await this.saveTyped()
    this.phase = 'elsewhere'
    this.rest()
    await this.device.wallet.lock().catch(() => undefined)
    this.channel?.postMessage('released')
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

  async restore(backup: Uint8Array, passphrase: string): Promise<void> {
    this.rest()
    await this.device.wallet.restore(backup, passphrase)
    await this.keepStorage()
    await this.start()
  }

  async lock(): Promise<void> {
    await this.saveTyped()
    this.rest()
    await this.device.wallet.lock()
    await this.start()
  }

  async erase(): Promise<void> {
    this.rest()
    await this.device.wallet.erase()
    markBackedUp(false)
    this.people = []
    this.status = null
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

  /** Looks at the node: whether it answers, whose it is, what time it has. Throws where it does not answer. */
  async lookAtNode(): Promise<void> {
    try {
      const before = now()
      const view = await network()
      const passed = now() - before
      const off = Math.round(before + passed / 2 - view.now)
      this.online = true
      this.serverFault = null
      this.clockOff = Math.abs(off) > CLOCK_MAY_DIFFER_MS + passed ? off : null
      this.mode = view.mode
      try {
        localStorage.setItem(MODE_KEPT, view.mode)
      } catch {
        // The badge then waits for the node each time.
      }
    } catch (thrown) {
      const seen = asFault(thrown)
      this.online = seen.slug !== 'unreachable'
      this.serverFault = this.online ? seen : null
      throw seen
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

  /**
   * Sends a confirmed check-in through the queue; resolves when it is on the ledger, rejects where it is refused. Without
   * a connection it rejects and stays in the queue: it was confirmed, and goes out once there is one.
   */
  checkin(person: string, form: Form, slot: number): Promise<void> {
    const key = `checkin/${person}`
    this.queue.drop(key)
    return new Promise((resolve, reject) => {
      let told = false
      const tell = (why: DeviceFault): void => {
        if (told && !isOffline(why)) throw why
        told = true
        reject(why)
      }
      const run = async (): Promise<void> => {
        const late = this.slot() - slot
        try {
          if (late > 1) throw fault('slot_closed', 'the half-day closed before there was a connection')
          await this.device.wallet.checkin(person, form, late === 1 ? 'previous' : 'current')
        } catch (thrown) {
          const why = asFault(thrown)
          tell(why)
          if (isOffline(why)) throw why
          return
        }
        await this.saveDraft(person, null)
        await this.look()
        resolve()
        this.catchUp.after(person)
      }
      this.queue.add({ key, kind: 'checkin', who: person, urgent: true, run })
    })
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
