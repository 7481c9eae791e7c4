import type { DeviceFault, GateDevice, GateState } from '../device/api'
import { asFault, isOffline } from '../shared/fault'
import { now } from '../shared/now.svelte'

/** A notice takes effect within 60 s: asked for more often than that, so that the answer is there in time. */
export const RENEW_MS = 45_000
/** Without an answer, how soon the node is asked again. */
export const RETRY_MS = 15_000
export const UPLOAD_MS = 20_000
export const CLOCK_MS = 300_000
/** Beyond this the guard is warned: codes live 30 s. */
export const CLOCK_WARNS_MS = 30_000
const STATE_AFTER_MS = 1_000

export interface UpkeepParts {
  readonly device: Pick<GateDevice, 'state' | 'update' | 'upload' | 'clockOffset'>
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
  private renewing: Promise<boolean> | null = null
  private uploading: Promise<void> | null = null
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
      void this.checkClock()
    }
    addEventListener('online', connected)
    this.repeat(() => this.renew(), () => (this.reachable ? RENEW_MS : RETRY_MS))
    this.repeat(() => this.upload(), () => UPLOAD_MS)
    this.repeat(() => this.checkClock(), () => (this.offset === null ? UPLOAD_MS : CLOCK_MS))
    return () => {
      this.stopped = true
      removeEventListener('online', connected)
      for (const timer of this.timers) clearTimeout(timer)
      clearTimeout(this.soon)
    }
  }

  /** Fetches the bundle; whether a newer one came. Whoever asks meanwhile waits for the same answer. */
  renew(): Promise<boolean> {
    this.renewing ??= this.fetchBundle().finally(() => (this.renewing = null))
    return this.renewing
  }

  /** Sends what waits. */
  upload(): Promise<void> {
    this.uploading ??= this.send().finally(() => (this.uploading = null))
    return this.uploading
  }

  async checkClock(): Promise<void> {
    if (!navigator.onLine) return
    try {
      this.offset = await this.parts.device.clockOffset(now())
    } catch (thrown) {
      this.heard(thrown)
    }
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

  private async fetchBundle(): Promise<boolean> {
    if (!navigator.onLine) return false
    const before = this.state?.bundle?.issued ?? 0
    try {
      this.take(await this.parts.device.update(now()))
      this.reachable = true
      this.renewFault = null
    } catch (thrown) {
      this.renewFault = this.heard(thrown)
    }
    return (this.state?.bundle?.issued ?? 0) > before
  }

  private async send(): Promise<void> {
    const waits = (this.state?.waiting ?? 0) + (this.state?.unsent ?? 0)
    if (!navigator.onLine || waits === 0) return
    try {
      await this.parts.device.upload(now())
      this.reachable = true
      this.uploadFault = null
    } catch (thrown) {
      this.uploadFault = this.heard(thrown)
    }
    await this.look()
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
