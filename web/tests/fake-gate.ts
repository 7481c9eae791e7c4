/** A gate for component tests and for looking at its pages: it decides what a test tells it to. Not shipped. */
import type { AttesterDevice, Colour, Device, DeviceFault, GateDevice, GateFault, GateState, RegulatorDevice, Scan, WalletDevice } from '../src/device/api'

export const GATE = 'did:luyin:8mQvts2xKrWNSe9y8cfVkxGmpCdKHeS7FtwWnSSeB1c'
export const PLACE = 'did:luyin:4TtCvts9marKrWNSe9y8cfVkxGmpCdKHeS7FtwWnSSeE'

/** Some reasons of protocol 6.17 with the library's words. */
export const REASONS = {
  proved: ['green', '可以通行', 'May pass'],
  proved_compare_id: ['green', '可以通行，请核对身份证', 'May pass; compare the ID'],
  walk_in_spent: ['yellow', '该临时通行证已被使用，请人工核验', 'This walk-in pass was used before; check by hand'],
  not_ours: ['red', '不是路引通行证', 'Not a Luyin pass'],
  expired: ['red', '通行码已过期（截图无效），请刷新', 'Expired (screenshots do not count); refresh the pass'],
  bundle_expired: ['grey', '闸机数据已过期，请联网更新', "The gate's data has expired; connect it"],
  bundle_behind: ['grey', '闸机数据较旧，无法判断，请更新', "The pass is newer than the gate's data; update it"],
} as const satisfies Record<string, readonly [Colour, string, string]>
export type FakeReason = keyof typeof REASONS

export function scan(reason: FakeReason, now: number): Scan {
  const [colour, zh, en] = REASONS[reason]
  const compare = reason === 'proved_compare_id'
  const pass = { policy: '1.1', mode: compare ? ('paper' as const) : ('screen' as const), day: '2026-11-27', epoch: 7, surname: compare ? '王' : null, digits: compare ? '07' : null }
  return { colour, reason, zh, en, now, bundle_age_s: 12, pass: reason === 'not_ours' ? null : pass }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }
type GateMethod = keyof GateDevice

export class FakeGate implements Device {
  readonly info = Promise.resolve({ threads: 2, version: '0.1.0', storage: 'opfs' as const })
  readonly wallet = {} as WalletDevice
  readonly ahead = this.wallet
  readonly regulator = {} as RegulatorDevice
  readonly attester = {} as AttesterDevice
  readonly calls: { method: GateMethod; given: readonly unknown[] }[] = []
  readonly refusals = new Map<GateMethod, DeviceFault[]>()
  /** What a text is decided to be; several are taken in turn, the last one stays. */
  readonly verdicts = new Map<string, FakeReason[]>()
  known: Writable<GateState>
  accredited = true
  reachable = true
  offset: number | null = 400
  faults: readonly GateFault[] = []
  /** Never answers, as a worker that hangs. */
  hangs = false
  private readonly deaths = new Set<(why: string) => void>()

  constructor(
    readonly clock: () => number = Date.now,
    known: Partial<GateState> = {},
  ) {
    const now = clock()
    const bundle = { issued: now - 20_000, expires: now + 24 * 3_600_000 }
    this.known = { ready: true, did: GATE, venue: PLACE, policy: 1, node: 'http://localhost', bundle, waiting: 0, unsent: 0, demands_code: false, ...known }
  }

  onProgress(): () => void {
    return () => undefined
  }

  onDeath(listen: (why: string) => void): () => void {
    this.deaths.add(listen)
    return () => this.deaths.delete(listen)
  }

  /** The node's answer to the page itself. */
  async reach(): Promise<{ now: number }> {
    if (!this.reachable) throw new TypeError('no network')
    return { now: this.clock() + (this.offset ?? 0) }
  }

  die(why: string): void {
    for (const listen of this.deaths) listen(why)
  }

  refuse(method: GateMethod, slug: string): this {
    const fault: DeviceFault = { slug, message: `refused: ${slug}`, detail: {} }
    this.refusals.set(method, [...(this.refusals.get(method) ?? []), fault])
    return this
  }

  decides(text: string, ...reasons: FakeReason[]): this {
    this.verdicts.set(text, reasons)
    return this
  }

  called(method: GateMethod): readonly (readonly unknown[])[] {
    return this.calls.filter((call) => call.method === method).map((call) => call.given)
  }

  private async begin(method: GateMethod, ...given: unknown[]): Promise<void> {
    this.calls.push({ method, given })
    if (this.hangs) await new Promise(() => undefined)
    const refused = this.refusals.get(method)?.shift()
    if (refused) throw refused
    const needsNode: readonly GateMethod[] = ['update', 'upload']
    const unreachable: DeviceFault = { slug: 'unreachable', message: 'no answer', detail: {} }
    if (!this.reachable && needsNode.includes(method)) throw unreachable
  }

  readonly gate: GateDevice = {
    state: async (now) => {
      await this.begin('state', now)
      return { ...this.known }
    },
    enrol: async (node, venue, policy) => {
      await this.begin('enrol', node, venue, policy)
      this.known = { ...this.known, did: GATE, venue, policy, node, bundle: null, ready: false }
      return { did: GATE }
    },
    update: async (now) => {
      await this.begin('update', now)
      const refused: DeviceFault = { slug: 'not_accredited', message: 'not accredited', detail: {} }
      if (!this.accredited) throw refused
      this.known = { ...this.known, ready: true, bundle: { issued: now, expires: now + 24 * 3_600_000 } }
      return { ...this.known }
    },
    takeBundle: async (bytes) => {
      await this.begin('takeBundle', bytes)
      this.known = { ...this.known, ready: true, bundle: { issued: this.clock(), expires: this.clock() + 24 * 3_600_000 } }
      return { ...this.known }
    },
    scan: async (text, now, online) => {
      await this.begin('scan', text, now, online)
      this.known.waiting += 1
      const all = this.verdicts.get(text) ?? ['not_ours']
      const [next = 'not_ours'] = all.length > 1 ? all.splice(0, 1) : all
      return scan(next, now)
    },
    manual: async (note, now) => {
      await this.begin('manual', note, now)
      this.known.waiting += 1
    },
    code: async (now) => {
      await this.begin('code', now)
      return String(Math.floor(now / 30_000) % 1_000_000).padStart(6, '0')
    },
    upload: async (now) => {
      await this.begin('upload', now)
      const records = this.known.waiting
      this.known.waiting = this.known.unsent = 0
      return { batches: 1, records, already_there: 0 }
    },
    selfTest: async (now) => {
      await this.begin('selfTest', now)
      return this.faults
    },
    clockOffset: async (now) => {
      await this.begin('clockOffset', now)
      return this.reachable ? this.offset : null
    },
    erase: async () => {
      await this.begin('erase')
      this.known = { ...this.known, ready: false, did: null, venue: null, policy: null, node: null, bundle: null, waiting: 0, unsent: 0 }
    },
  }
}
