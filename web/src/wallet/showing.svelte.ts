import type { DeviceFault, PassTaken, ShowAt, ShownCode } from '../device/api'
import { asFault } from '../shared/fault'
import { now } from '../shared/now.svelte'
import { blockAt, day, stepAt, stepLeft } from '../shared/time'
import type { Wallet } from './model.svelte'

/** How long before a step's end the next code is signed: it is at hand when the step changes. */
const AHEAD_MS = 6_000
const STEP_MS = 30_000
const MINUTES_AFTER_BLOCK = 15

/** A pass on the screen: its code for the running step, and a new one at each step. */
export class Showing {
  code = $state.raw<ShownCode | null>(null)
  /** The step that the code is for. */
  step = $state(0)
  fault = $state.raw<DeviceFault | null>(null)
  /** What the gate shows; null before it is typed. */
  gateCode = $state<number | null>(null)
  readonly until: number
  private next: { readonly step: number; readonly gateCode: number | null; readonly code: ShownCode } | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private ended = false
  private turn = 0

  private constructor(
    private readonly wallet: Wallet,
    readonly pass: PassTaken,
    readonly taken: number,
  ) {
    this.until = pass.walkIn ? (blockAt(taken) + 1) * 4 * 3_600_000 - 8 * 3_600_000 + MINUTES_AFTER_BLOCK * 60_000 : Number.POSITIVE_INFINITY
  }

  static async take(wallet: Wallet, person: string, at: ShowAt, policy: number, time = now()): Promise<Showing> {
    const pass = await wallet.device.wallet.takePass(person, at, policy, time)
    return new Showing(wallet, pass, time)
  }

  /** Whether the pass counts no longer: its day or its part of the day is over. */
  over(time: number): boolean {
    return day(time) !== this.pass.day || time >= this.until
  }

  /** Begins to show. Where the policy demands the gate's code, there is nothing to show before it is typed. */
  begin(): void {
    this.ended = false
    if (this.pass.demandsCode && this.gateCode === null) return
    void this.turnOver()
  }

  setGateCode(code: number): void {
    this.gateCode = code
    this.next = null
    this.begin()
  }

  end(): void {
    this.ended = true
    clearTimeout(this.timer)
  }

  private async sign(at: number): Promise<ShownCode> {
    return this.wallet.device.wallet.signPass(this.pass.handle, at, this.gateCode ?? 0)
  }

  /** Puts up the code of the running step, and waits for the next. */
  private async turnOver(): Promise<void> {
    clearTimeout(this.timer)
    this.turn += 1
    const turn = this.turn
    const time = now()
    const step = stepAt(time)
    try {
      const ready = this.next?.step === step && this.next.gateCode === this.gateCode ? this.next.code : null
      const code = ready ?? (await this.sign(time))
      if (this.ended || turn !== this.turn) return
      this.code = code
      this.step = step
      this.fault = null
    } catch (thrown) {
      this.fault = asFault(thrown)
      this.code = null
    }
    if (this.ended || turn !== this.turn) return
    // Signing may have taken the rest of the step.
    if (stepAt(now()) !== step && this.fault === null) {
      void this.turnOver()
      return
    }
    this.timer = setTimeout(() => void this.prepare(step), Math.max(0, stepLeft(now()) - AHEAD_MS))
  }

  private async prepare(step: number): Promise<void> {
    const turn = this.turn
    const { gateCode } = this
    try {
      const code = await this.sign((step + 1) * STEP_MS)
      if (turn === this.turn) this.next = { step: step + 1, gateCode, code }
    } catch {
      // It is signed when the step has come, and what is wrong is shown then.
    }
    if (this.ended || turn !== this.turn) return
    const left = stepAt(now()) === step ? stepLeft(now()) : 0
    this.timer = setTimeout(() => void this.turnOver(), left)
  }
}
