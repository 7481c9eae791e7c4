import { clock, day } from '../shared/time'
import { now } from '../shared/now.svelte'
import type { PersonView } from '../device/api'
import { asFault, slugOf } from '../shared/fault'
import { consents } from './consent'
import type { Wallet } from './model.svelte'

const EVERY_MS = 60_000
const JITTER_MS = 15_000
/** Walk-in passes for this block and the next: eight hours away from home. */
const WALK_IN_BLOCKS = 2
/** From then on tomorrow's passes are made too, so that the morning needs no connection. */
const EVENING_HOUR = 18
/** So many passes are made in one call: whoever stands at a gate waits for no more than these. Not one, since each call asks the node anew. */
const PORTION = 2
const DAY_MS = 86_400_000

type Circuit = 'enrol' | 'checkin' | 'absorb' | 'pass'

/**
 * Keeps an open wallet up to date: at opening, when the page comes into view, when the network comes back, and every
 * minute while somebody looks, a little earlier or later each time so that phones do not ask all at once.
 */
export class CatchUp {
  private timer: ReturnType<typeof setTimeout> | undefined
  private running = false
  private readonly wake = (): void => {
    if (document.visibilityState === 'visible') void this.now()
  }
  private readonly connected = (): void => {
    void this.now()
  }
  private readonly disconnected = (): void => {
    this.wallet.node.online = false
  }

  constructor(private readonly wallet: Wallet) {}

  start(): void {
    if (this.running) return
    this.running = true
    document.addEventListener('visibilitychange', this.wake)
    addEventListener('online', this.connected)
    addEventListener('offline', this.disconnected)
    void this.now()
  }

  stop(): void {
    this.running = false
    clearTimeout(this.timer)
    document.removeEventListener('visibilitychange', this.wake)
    removeEventListener('online', this.connected)
    removeEventListener('offline', this.disconnected)
  }

  /** Looks at the node and, where it answers, brings everyone up to date. */
  async now(): Promise<void> {
    clearTimeout(this.timer)
    try {
      await this.wallet.node.look()
      this.wallet.queue.connected()
      for (const person of this.wallet.people) this.after(person.label)
    } catch {
      // What is wrong with the node is shown by the wallet; here it means: later. Colours change with the day all the same.
      if (this.running) await this.wallet.look().catch(() => undefined)
    }
    if (this.running) {
      this.timer = setTimeout(() => {
        if (document.visibilityState === 'visible') void this.now()
      }, EVERY_MS + (Math.random() * 2 - 1) * JITTER_MS)
    }
  }

  /** All that is to be done for one person, in its order; what there is nothing to do for ends at once. */
  after(label: string): void {
    const person = this.person(label)
    if (!person || !this.running) return
    if (person.enrolment === 'none') return
    this.wallet.queue.add({ key: 'keys', kind: 'keys', who: null, run: () => this.keys(person) })
    if (person.enrolment === 'requested') this.finish(label)
    else this.sync(label)
  }

  private person(label: string): PersonView | undefined {
    return this.wallet.people.find((one) => one.label === label)
  }

  private keys(person: PersonView): Promise<void> {
    const wanted: Circuit[] = ['checkin', 'pass']
    if (person.attestations.length > 0) wanted.push('absorb')
    return this.wallet.device.wallet.fetchKeys(wanted)
  }

  private finish(label: string): void {
    this.wallet.queue.add({
      key: `enrol/${label}`,
      kind: 'enrol',
      who: label,
      run: async () => {
        await this.wallet.device.wallet.finishEnrolment(label)
        await this.wallet.look()
        this.after(label)
      },
    })
  }

  private sync(label: string): void {
    this.wallet.queue.add({
      key: `sync/${label}`,
      kind: 'sync',
      who: label,
      run: async () => {
        await this.wallet.device.ahead.sync(label)
        await this.wallet.look()
        this.absorb(label)
        this.prove(label)
      },
    })
  }

  private absorb(label: string): void {
    const person = this.person(label)
    if (!person || person.attestations.length === 0 || !this.running) return
    // Travel is taken in only with the consent for it.
    const travels = person.attestations.some((one) => one.kind === 'itinerary')
    if (travels && !consents(person, 'whereabouts')) return
    this.wallet.queue.add({
      key: `absorb/${label}`,
      kind: 'absorb',
      who: label,
      run: async () => {
        await this.wallet.device.wallet.fetchKeys(['absorb'])
        // One that was withdrawn is set aside, and shown as that; the next one is taken in.
        await this.wallet.device.wallet.absorb(label).catch((thrown: unknown) => {
          if (slugOf(asFault(thrown)) !== 'attestation_gone') throw thrown
        })
        await this.wallet.look()
        this.after(label)
      },
    })
  }

  private prove(label: string): void {
    const person = this.person(label)
    if (!person || person.slot === null || !this.running) return
    const venues = person.employer ? [person.employer] : []
    const wanted = { venues, paper: false, policy: null, most: PORTION }
    // The company's first, then block by block.
    for (let walkInBlocks = 0; walkInBlocks <= WALK_IN_BLOCKS; walkInBlocks += 1) {
      this.wallet.queue.add({
        key: `prove/${label}/${walkInBlocks}`,
        kind: 'prove',
        who: label,
        run: async () => {
          const proved = await this.wallet.device.ahead.prove(label, { ...wanted, walkInBlocks, day: null })
          if (proved.made > 0) await this.wallet.look()
          if (proved.more) return 'more'
        },
      })
    }
    if (venues.length > 0 && this.evening()) {
      this.wallet.queue.add({
        key: `prove-tomorrow/${label}`,
        kind: 'proveTomorrow',
        who: label,
        run: async () => {
          const proved = await this.wallet.device.ahead.prove(label, { ...wanted, walkInBlocks: 0, day: day(now() + DAY_MS) })
          if (proved.more) return 'more'
        },
      })
    }
  }

  private evening(): boolean {
    return Number(clock(now()).slice(0, 2)) >= EVENING_HOUR
  }
}
