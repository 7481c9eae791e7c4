import type { Colour, DeviceFault, GateDevice, Scan } from '../device/api'
import { asFault } from '../shared/fault'
import { now } from '../shared/now.svelte'
import { stepAt } from '../shared/time'
import type { Signal } from './signal.svelte'
import type { Tally } from './tally.svelte'

/** Who holds the codes in front of the gate: a camera that sees everything, or a scanner whose trigger somebody pulls. */
export type Source = 'camera' | 'scanner'

/** What stands on the screen. A decision that failed is grey and says why; it is no verdict and is not counted. */
export type Shown =
  | { readonly kind: 'verdict'; readonly scan: Scan; readonly number: number }
  | { readonly kind: 'failed'; readonly fault: DeviceFault; readonly number: number }

/** A code that was decided already and is held up again. It never shows its colour a second time: it may be in other hands. */
export interface Again {
  readonly colour: Colour
  readonly at: number
}

/** How long a verdict stands by itself, and how long it cannot be replaced by the next person's. */
interface Stay {
  readonly shown: number
  readonly closed: number
}
const STAY: Readonly<Record<Colour, Stay>> = {
  green: { shown: 2_500, closed: 700 },
  yellow: { shown: 8_000, closed: 2_000 },
  red: { shown: 5_000, closed: 1_500 },
  grey: { shown: 8_000, closed: 1_500 },
}
/** Somebody reads a name off an ID meanwhile. */
const COMPARE: Stay = { shown: 12_000, closed: 2_000 }
const AGAIN_MS = 3_000
/** A code out of sight for so long was taken away. */
const AWAY_MS = 2_000
const FORGET_MS = 90_000
/** A decision takes some 20 ms, and longer where the node is asked about a walk-in. After this the worker does not live. */
const DECIDED_MS = 12_000
const RENEWED_MS = 4_000

interface Decided {
  readonly colour: Colour | null
  readonly step: number
  readonly at: number
  seen: number
}

export interface LaneParts {
  readonly device: Pick<GateDevice, 'scan'>
  readonly signal: Pick<Signal, 'give'>
  readonly tally: Tally
  /** Whether the node is within reach. */
  online(): boolean
  /** Fetches newer data; whether there are any. */
  renew(): Promise<boolean>
  /** After a record was written. */
  recorded(): void
  /** The worker does not answer. */
  silent(): void
}

/** From a code to a verdict on the screen, and back to scanning without a tap. */
export class Lane {
  shown = $state.raw<Shown | null>(null)
  again = $state.raw<Again | null>(null)
  held = $state(false)
  deciding = $state(false)
  /** A pass is newer than the gate's data, which are being fetched. */
  renewing = $state(false)
  /** From the first sight of the newest code to its verdict, ms. */
  took = $state<number | null>(null)
  private closed = false
  private pending: string | null = null
  private readonly decided = new Map<string, Decided>()
  private back: ReturnType<typeof setTimeout> | undefined
  private opens: ReturnType<typeof setTimeout> | undefined
  private hint: ReturnType<typeof setTimeout> | undefined
  private numbers = 0
  private asked = -Infinity

  constructor(private readonly parts: LaneParts) {}

  /** A code was read. `since` is when its frame was taken, by the page's performance clock. */
  read(text: string, source: Source, since = performance.now()): void {
    if (this.repeated(text, now())) return
    if (this.deciding || this.held || this.closed) {
      // The camera will see it again; who pulled a trigger is not made to pull it twice.
      if (source === 'scanner') this.pending = text
      return
    }
    void this.decide(text, since)
  }

  /** Whether somebody was at the gate within the last milliseconds. */
  busySince(ms: number): boolean {
    return this.deciding || performance.now() - this.asked < ms
  }

  hold(): void {
    if (!this.shown) return
    this.held = true
    clearTimeout(this.back)
  }

  /** Back to scanning. */
  release(): void {
    clearTimeout(this.back)
    clearTimeout(this.opens)
    this.held = this.closed = false
    this.shown = null
    this.takePending()
  }

  stop(): void {
    for (const timer of [this.back, this.opens, this.hint]) clearTimeout(timer)
  }

  /** Newer data may decide what could not be decided. */
  forgetUndecided(): void {
    for (const [text, one] of this.decided) if (one.colour === 'grey' || one.colour === null) this.decided.delete(text)
  }

  private repeated(text: string, time: number): boolean {
    const before = this.decided.get(text)
    if (!before) return false
    const stayed = time - before.seen < AWAY_MS
    before.seen = time
    if (stayed) return true
    if (before.colour === null || before.step !== stepAt(time)) return false
    this.hintAt({ colour: before.colour, at: before.at })
    return true
  }

  private hintAt(again: Again): void {
    this.again = again
    this.parts.signal.give('again')
    clearTimeout(this.hint)
    this.hint = setTimeout(() => (this.again = null), AGAIN_MS)
  }

  private async decide(text: string, since: number): Promise<void> {
    const time = now()
    this.deciding = true
    this.again = null
    this.prune(time)
    this.decided.set(text, { colour: null, step: stepAt(time), at: time, seen: time })
    try {
      let scan = await this.ask(text, time)
      // What the gate does not know yet it can fetch; the person need not show the pass again.
      if (scan.reason === 'bundle_behind' && (await this.renewed())) scan = await this.ask(text, now())
      this.finish(text, scan, since)
    } catch (thrown) {
      this.fail(asFault(thrown))
    } finally {
      this.deciding = false
      this.takePending()
    }
  }

  /** Whether newer data came while the person at the gate could wait for them. */
  private async renewed(): Promise<boolean> {
    if (!this.parts.online()) return false
    this.renewing = true
    let timer: ReturnType<typeof setTimeout> | undefined
    const tooLong = new Promise<boolean>((no) => (timer = setTimeout(() => no(false), RENEWED_MS)))
    try {
      return await Promise.race([this.parts.renew(), tooLong])
    } finally {
      clearTimeout(timer)
      this.renewing = false
    }
  }

  private async ask(text: string, time: number): Promise<Scan> {
    this.asked = performance.now()
    const watch = setTimeout(() => this.parts.silent(), DECIDED_MS)
    try {
      return await this.parts.device.scan(text, time, this.parts.online())
    } finally {
      clearTimeout(watch)
    }
  }

  private finish(text: string, scan: Scan, since: number): void {
    const time = now()
    this.decided.set(text, { colour: scan.colour, step: stepAt(time), at: time, seen: time })
    this.took = Math.round(performance.now() - since)
    this.parts.tally.add(scan.colour, time)
    this.parts.recorded()
    this.numbers += 1
    const compare = scan.reason === 'proved_compare_id'
    this.show({ kind: 'verdict', scan, number: this.numbers }, compare ? COMPARE : STAY[scan.colour])
    this.parts.signal.give(scan.colour)
  }

  private fail(fault: DeviceFault): void {
    this.numbers += 1
    this.show({ kind: 'failed', fault, number: this.numbers }, STAY.grey)
    this.parts.signal.give('grey')
  }

  private show(shown: Shown, stay: Stay): void {
    clearTimeout(this.back)
    clearTimeout(this.opens)
    this.shown = shown
    this.held = false
    this.closed = true
    this.opens = setTimeout(() => {
      this.closed = false
      this.takePending()
    }, stay.closed)
    this.back = setTimeout(() => this.release(), stay.shown)
  }

  private takePending(): void {
    if (this.pending === null || this.deciding || this.held || this.closed) return
    const text = this.pending
    this.pending = null
    void this.decide(text, performance.now())
  }

  private prune(time: number): void {
    for (const [text, one] of this.decided) if (time - one.seen > FORGET_MS) this.decided.delete(text)
  }
}
