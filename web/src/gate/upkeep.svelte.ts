import type { DeviceFault, GateDevice, GateState } from '../device/api'
import { asFault, isOffline } from '../shared/fault'
import { now } from '../shared/now.svelte'

/** A notice takes effect within 60 s: asked for more often than that, so that the answer is there in time. */
export const RENEW_MS = 40_000
/** Without an answer, how soon the node is asked again. */
export const RETRY_MS = 15_000
export const UPLOAD_MS = 20_000
/** Beyond this the guard is warned: codes live 30 s. */
export const CLOCK_WARNS_MS = 30_000
const STATE_AFTER_MS = 1_000

export interface UpkeepParts {
  readonly device: Pick<GateDevice, 'state' | 'update' | 'upload'>
  /**
   * Asks the node for its time, from the page. The worker does one thing at a time and waits for the node when it talks to
   * it, scans and all: so it is made to talk only after the node has just answered here.
   */
  reach(): Promise<{ readonly now: number }>
  /** Until nobody is in front of the gate, or for some seconds at most. */
  quiet(): Promise<void>
  /** Newer data were taken. */
  renewed(): void
}

/** What a gate does by itself while nobody looks: fresh data, its clock, records on their way. */
export class Upkeep {
  state = $state.raw<GateState | null>(null)
  /** Whether the node answered last. */
  reachable = $state(true)
  /** The node's clock minus this one's, ms. */
  offset = $state<number | null>(null)
  /** Why the newest attempts failed, other than for want of a connection. */
  renewFault = $state.raw<DeviceFault | null>(null)
  uploadFault = $state.raw<DeviceFault | null>(null)
  /** Since when the worker talks to the node, by the page's performance clock. */
  talks: number | null = null
  private renewing: Promise<boolean> | null = null
  private uploading: Promise<void> | null = null
  /** Ends the wait for a quiet moment: somebody stands there whose pass is newer than the data. */
  private hurry: (() => void) | null = null
  private timers: ReturnType<typeof setTimeout>[] = []
  private soon: ReturnType<typeof setTimeout> | undefined
  private stopped = true

  constructor(
    private readonly parts: UpkeepParts,
    first: GateState | null = null,
  ) {
    this.state = first
  }

  get online(): boolean {
    return navigator.onLine && this.reachable
  }

  /** Whether the clock is known to be off. */
  get clockWarns(): boolean {
    return this.offset !== null && Math.abs(this.offset) > CLOCK_WARNS_MS
  }

  start(): () => void {
    this.stopped = false
    const connected = (): void => {
      void this.renew()
      void this.upload()
    }
    addEventListener('online', connected)
    this.repeat(() => this.renew(), () => (this.reachable ? RENEW_MS : RETRY_MS))
    this.repeat(() => this.upload(), () => UPLOAD_MS)
    return () => {
      this.stopped = true
      removeEventListener('online', connected)
      for (const timer of this.timers) clearTimeout(timer)
      clearTimeout(this.soon)
    }
  }

  /** Fetches the bundle; whether a newer one came. Whoever asks meanwhile waits for the same answer. */
  renew(urgent = false): Promise<boolean> {
    if (urgent) this.hurry?.()
    this.renewing ??= this.fetchBundle(urgent).finally(() => (this.renewing = null))
    return this.renewing
  }

  /** Sends what waits. */
  upload(): Promise<void> {
    this.uploading ??= this.send().finally(() => (this.uploading = null))
    return this.uploading
  }

  /** Whether the node answers, and by how much its clock differs. */
  async probe(): Promise<boolean> {
    if (!navigator.onLine) return false
    const asked = now()
    try {
      const answer = await this.parts.reach()
      this.offset = Math.round(answer.now - (asked + now()) / 2)
      this.reachable = true
    } catch {
      // Whatever answered is not the node, if anything did.
      this.reachable = false
    }
    return this.reachable
  }

  /** After a scan: the queue has grown. */
  recorded(): void {
    clearTimeout(this.soon)
    this.soon = setTimeout(() => void this.look(), STATE_AFTER_MS)
  }

  async look(): Promise<void> {
    try {
      this.state = await this.parts.device.state(now())
    } catch (thrown) {
      this.renewFault = asFault(thrown)
    }
  }

  take(state: GateState): void {
    const before = this.state?.bundle?.issued
    this.state = state
    if (state.bundle && state.bundle.issued !== before) this.parts.renewed()
  }

  private async fetchBundle(urgent: boolean): Promise<boolean> {
    const before = this.state?.bundle?.issued ?? 0
    if (!urgent) await Promise.race([this.parts.quiet(), new Promise<void>((now) => (this.hurry = now))])
    if (!(await this.probe())) return false
    try {
      this.take(await this.talk(() => this.parts.device.update(now())))
      this.renewFault = null
    } catch (thrown) {
      this.renewFault = this.heard(thrown)
    }
    return (this.state?.bundle?.issued ?? 0) > before
  }

  private async send(): Promise<void> {
    const waits = (this.state?.waiting ?? 0) + (this.state?.unsent ?? 0)
    if (waits === 0) return
    await this.parts.quiet()
    if (!(await this.probe())) return
    try {
      await this.talk(() => this.parts.device.upload(now()))
      this.uploadFault = null
    } catch (thrown) {
      this.uploadFault = this.heard(thrown)
    }
    await this.look()
  }

  private async talk<T>(act: () => Promise<T>): Promise<T> {
    this.talks = performance.now()
    try {
      return await act()
    } finally {
      this.talks = null
    }
  }

  /** Notes whether the node was out of reach; anything else is a fault to be shown. */
  private heard(thrown: unknown): DeviceFault | null {
    if (!isOffline(thrown)) return asFault(thrown)
    this.reachable = false
    return null
  }

  private repeat(act: () => Promise<unknown>, pause: () => number): void {
    const place = this.timers.length
    const turn = async (): Promise<void> => {
      await act()
      if (!this.stopped) this.timers[place] = setTimeout(() => void turn(), pause())
    }
    this.timers.push(setTimeout(() => void turn(), 0))
  }
}
