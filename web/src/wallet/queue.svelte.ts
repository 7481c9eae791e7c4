import type { DeviceFault, Progress } from '../device/api'
import { asFault, isOffline, slugOf } from '../shared/fault'

export type Kind = 'keys' | 'enrol' | 'sync' | 'checkin' | 'late' | 'absorb' | 'prove' | 'proveTomorrow'
export type Waits = 'turn' | 'offline' | 'epoch' | 'desk'

/** A piece of background work. One of a key is in the queue at a time. */
export interface Job {
  readonly key: string
  readonly kind: Kind
  readonly who: string | null
  /** 'more': this was a portion, and the rest is done in its next turn. */
  readonly run: () => Promise<void | 'more'>
  /** Goes before what waits. */
  readonly urgent?: boolean
}

export interface Shown {
  readonly key: string
  readonly kind: Kind
  readonly who: string | null
  readonly state: 'waiting' | 'running' | 'failed'
  readonly waits: Waits | null
  readonly fault: DeviceFault | null
  readonly progress: Progress | null
}

interface Entry {
  readonly job: Job
  state: 'waiting' | 'running' | 'failed'
  waits: Waits
  /** Not before this moment, on the timers' clock. */
  after: number
  fault: DeviceFault | null
  /** What was still to be done is forgotten. */
  dropped: boolean
}

const WAITING: Readonly<Record<string, Waits>> = { wait_for_epoch: 'epoch', no_epoch: 'epoch', unknown_attestation_root: 'epoch', not_on_ledger: 'desk', pending: 'epoch' }
const EPOCH_MS = 5_000
const DESK_MS = 10_000
const OFFLINE_MS = 30_000

/** Whether it is the ledger's next epoch alone that is waited for. */
export function waitsForLedger(fault: DeviceFault): boolean {
  return WAITING[slugOf(fault)] === 'epoch'
}

function delay(waits: Waits, fault: DeviceFault): number {
  const seconds = fault.detail['seconds']
  if (typeof seconds === 'number' && seconds > 0) return Math.min(seconds, 120) * 1000
  return waits === 'desk' ? DESK_MS : waits === 'offline' ? OFFLINE_MS : EPOCH_MS
}

/**
 * Runs one job after the other, long ones in portions: between two of them something urgent goes first. What waits for
 * the ledger, the desk or a connection is tried again by itself; what fails stays in sight until somebody tries again or
 * it is asked for anew.
 */
export class Queue {
  private entries = $state<Entry[]>([])
  private progress = $state.raw<Progress | null>(null)
  private timer: ReturnType<typeof setTimeout> | undefined
  private busy = false
  private held = false
  /** How many wait for something that does not go through the queue. */
  private awaited = 0
  private resting = false
  /** The job whose portion ran last, where there is more of it. */
  private unfinished: string | null = null
  private running: Promise<void> = Promise.resolve()
  private stopped = false

  readonly shown = $derived<readonly Shown[]>(
    this.entries.map(({ job, state, waits, fault }) => ({
      key: job.key,
      kind: job.kind,
      who: job.who,
      state,
      waits: state === 'waiting' ? waits : null,
      fault,
      progress: state === 'running' ? this.progress : null,
    })),
  )

  add(job: Job): void {
    if (this.stopped) return
    const there = this.entries.find((entry) => entry.job.key === job.key)
    if (there) {
      if (there.state !== 'running') this.release(there)
      this.next()
      return
    }
    const entry: Entry = { job, state: 'waiting', waits: 'turn', after: 0, fault: null, dropped: false }
    if (job.urgent) this.entries.unshift(entry)
    else this.entries.push(entry)
    this.next()
  }

  /** Tries again at once what failed or waits. */
  again(key: string): void {
    const entry = this.entries.find((one) => one.job.key === key)
    if (entry && entry.state !== 'running') this.release(entry)
    this.next()
  }

  /** There is a connection again. */
  connected(): void {
    for (const entry of this.entries) if (entry.state === 'waiting' && entry.waits === 'offline') this.release(entry)
    this.next()
  }

  /** While a pass is shown nothing that computes is begun, so that its next code is at hand. */
  hold(held: boolean): void {
    this.held = held
    if (!held) this.next()
  }

  /** Somebody waits for this, which asks the device by itself: no portion is begun beside it. */
  async first<T>(work: () => Promise<T>): Promise<T> {
    this.awaited += 1
    try {
      return await work()
    } finally {
      this.awaited -= 1
      this.next()
    }
  }

  /** Nothing at all is begun while this runs, and nothing that was begun before still runs. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    this.resting = true
    try {
      await this.running
      return await work()
    } finally {
      this.resting = false
      this.next()
    }
  }

  note(progress: Progress): void {
    this.progress = progress
  }

  drop(key: string): void {
    this.entries = this.entries.filter((entry) => entry.job.key !== key || entry.state === 'running')
  }

  /** The wallet is locked or another one: what has not begun is forgotten. */
  clear(): void {
    clearTimeout(this.timer)
    this.entries = this.entries.filter((entry) => entry.state === 'running')
    for (const entry of this.entries) entry.dropped = true
  }

  /** Resolves when nothing runs. */
  idle(): Promise<void> {
    return this.running
  }

  stop(): void {
    this.stopped = true
    this.clear()
  }

  private release(entry: Entry): void {
    entry.state = 'waiting'
    entry.waits = 'turn'
    entry.after = 0
    entry.fault = null
  }

  private next(): void {
    if (this.busy || this.stopped || this.resting) return
    clearTimeout(this.timer)
    const time = performance.now()
    const waiting = this.entries.filter((entry) => entry.state === 'waiting' && ((!this.held && this.awaited === 0) || entry.job.urgent))
    const ready = waiting.find((entry) => entry.after <= time)
    if (ready) {
      this.running = this.run(ready)
      return
    }
    const first = Math.min(...waiting.map((entry) => entry.after))
    if (Number.isFinite(first)) this.timer = setTimeout(() => this.next(), Math.max(50, first - time))
  }

  private async run(entry: Entry): Promise<void> {
    this.busy = true
    // Portions of one job are one line, which goes on from where it was.
    if (this.unfinished !== entry.job.key) this.progress = null
    this.unfinished = null
    entry.state = 'running'
    try {
      const more = await entry.job.run()
      if (more === 'more' && !entry.dropped) {
        this.release(entry)
        this.unfinished = entry.job.key
      } else this.remove(entry)
    } catch (thrown) {
      this.settle(entry, asFault(thrown))
    } finally {
      this.busy = false
      this.next()
    }
  }

  private remove(entry: Entry): void {
    this.entries = this.entries.filter((one) => one.job.key !== entry.job.key)
  }

  private settle(entry: Entry, fault: DeviceFault): void {
    if (entry.dropped) {
      this.remove(entry)
      return
    }
    const waits: Waits | undefined = isOffline(fault) ? 'offline' : WAITING[slugOf(fault)]
    if (waits === undefined) {
      entry.state = 'failed'
      entry.fault = fault
      return
    }
    entry.state = 'waiting'
    entry.waits = waits
    entry.after = performance.now() + delay(waits, fault)
  }
}
