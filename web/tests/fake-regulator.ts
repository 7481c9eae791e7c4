/** A regulator's device for component tests and for looking at its pages. Not shipped. */
import type { Colour, Device, DeviceFault, GateDevice, RecordCheck, RegulatorDevice, SignatureCheck, WalletDevice } from '../src/device/api'
import { GATE, PLACE } from './fake-gate'

export const REGULATOR = 'did:luyin:6nKrWNSe9y8cfVkxGmpCdKHeS7FtwWnSSeEQvts2x9Z'

const VERDICTS = [
  ['green', 'proved', '可以通行', 'May pass', 'pass'],
  ['red', 'expired', '通行码已过期（截图无效），请刷新', 'Expired (screenshots do not count); refresh the pass', 'pass'],
  ['green', 'proved_compare_id', '可以通行，请核对身份证', 'May pass; compare the ID', 'pass'],
  ['yellow', 'manual', '人工通道', 'Manual lane', 'manual'],
  ['red', 'not_ours', '不是路引通行证', 'Not a Luyin pass', 'unreadable'],
  ['grey', 'bundle_behind', '闸机数据较旧，无法判断，请更新', "The pass is newer than the gate's data; update it", 'pass'],
] as const satisfies readonly (readonly [Colour, string, string, string, string])[]

const hex = (of: number): string => of.toString(16).padStart(2, '0').repeat(32)

/** A record of the manual lane as protocol 6.20 writes it. */
export function manualBytes(note: string): string {
  const words = new TextEncoder().encode(note)
  return btoa(String.fromCharCode(1, 0, 0, 0, 9, 11, 3, words.length >> 8, words.length & 255, ...words))
}

export interface FakeRecord {
  readonly name: string
  readonly step: number
  readonly verdict: { readonly colour: Colour; readonly reason: string; readonly zh: string; readonly en: string }
  readonly evidence: string
  readonly bytes: string
  readonly public_inputs?: readonly string[]
}

function record(at: number, time: number): FakeRecord {
  const [colour, reason, zh, en, evidence] = VERDICTS[at % VERDICTS.length] ?? VERDICTS[0]
  const inputs = evidence === 'pass' ? { public_inputs: Array.from({ length: 11 }, (_, i) => hex(i + 1)) } : {}
  const bytes = evidence === 'manual' ? manualBytes('let-in; emergency; 急救车') : btoa(`record ${at}`)
  return { name: `${GATE}/${Math.floor(at / 96) + 1}/${at % 96}`, step: Math.floor(time / 30_000), verdict: { colour, reason, zh, en }, evidence, bytes, ...inputs }
}

export class FakeRegulator implements Device {
  readonly info = Promise.resolve({ threads: 2, version: '0.1.0', storage: 'opfs' as const })
  readonly wallet = {} as WalletDevice
  readonly ahead = this.wallet
  readonly gate = {} as GateDevice
  readonly asked: { readonly method: string; readonly path: string; readonly body: unknown }[] = []
  readonly refusals: DeviceFault[] = []
  records: FakeRecord[]
  check: RecordCheck
  signature: SignatureCheck = { network: hex(9), holds: true }
  /** What was to be verified. */
  readonly signed: string[] = []
  rejected: string[] = []
  disputed: string[] = []
  opened = false

  constructor(
    readonly now: number,
    count = 130,
  ) {
    this.records = Array.from({ length: count }, (_, at) => record(at, now - (count - at) * 40_000))
    const names = ['root', 'policy', 'r0', 'r1', 'r2', 'day', 'scope', 'nym', 'rtag', 'mask_out', 'binding']
    this.check = { proof: true, inBatch: true, inputs: names.map((name, at) => ({ name, value: hex(at + 1), zh: '', en: '' })) }
  }

  onProgress(): () => void {
    return () => undefined
  }

  onDeath(): () => void {
    return () => undefined
  }

  readonly regulator: RegulatorDevice = {
    open: async (keystore, passphrase) => {
      const refused: DeviceFault = { slug: 'wrong_passphrase', message: 'wrong passphrase', detail: {} }
      if (passphrase !== 'right') throw refused
      this.opened = keystore.length > 0
    },
    close: async () => {
      this.opened = false
    },
    call: async (method, path, body) => {
      this.asked.push({ method, path, body })
      const refused = this.refusals.shift()
      if (refused) throw refused
      return this.answer(new URL(path, 'http://node'))
    },
    check: async () => this.check,
    checkCheckpoint: async (note) => {
      this.signed.push(note)
      return this.signature
    },
    checkReport: async (report, signer, signature) => {
      this.signed.push(`${report} ${signer} ${signature}`)
      return this.signature
    },
  }

  private answer(url: URL): unknown {
    const findings = { checked: this.records.length, verified: this.records.length - this.rejected.length, rejected: this.rejected, disputed: this.disputed }
    switch (url.pathname) {
      case '/v1/audit/records':
        return this.list(url.searchParams)
      case '/v1/audit/verify':
        return findings
      case '/v1/audit/actions':
        return { actions: this.actions() }
      case '/v1/audit/attempts':
        return { attempts: this.attempts(Number(url.searchParams.get('after'))) }
      case '/v1/audit/reads':
        return { reads: this.reads(Number(url.searchParams.get('after'))) }
      case '/v1/audit/report': {
        const report = {
          network: hex(9), made: this.now, from: null, to: null, checkpoint: '', transactions: { enrol: 12, check_in: 340, audit_batch: 4 },
          actions: this.actions(), notices_standing: 1, accreditations: 9, findings,
        }
        return { report: btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(report)))), signer: hex(7), signature: hex(8).repeat(2) }
      }
      default: {
        const name = url.pathname.replace('/v1/audit/records/', '')
        const found = this.records.find((one) => one.name === name)
        const refused: DeviceFault = { slug: 'refused', message: 'nothing of that name', detail: { problem: 'not-found' } }
        if (!found) throw refused
        return { ...found, anchor: 77, records: 96, root: hex(5), inclusion: [hex(1), hex(2)] }
      }
    }
  }

  private list(query: URLSearchParams): unknown {
    const [gate, after, limit] = [query.get('gate'), query.get('after'), Number(query.get('limit') ?? 1_000)]
    const [from, to] = [Number(query.get('from') ?? 0), Number(query.get('to') ?? Infinity)]
    const start = after === null ? 0 : this.records.findIndex((one) => one.name === after) + 1
    const held = this.records.slice(start).filter((one) => (gate === null || one.name.startsWith(gate)) && one.step * 30_000 >= from - 30_000 && one.step * 30_000 <= to)
    const records = held.slice(0, limit)
    return held.length > limit ? { records, next: records.at(-1)?.name } : { records }
  }

  private actions(): unknown[] {
    const action = { action: '', height: 3, proposer: hex(20), approver: hex(21) }
    return [
      { ...action, entry: 1, sequence: 1, time: this.now - 9_000_000, kind: 'accredit' },
      { ...action, entry: 2, sequence: 2, time: this.now - 8_000_000, kind: 'policy', clause: '复工通行第一版' },
      { ...action, entry: 9, sequence: 3, time: this.now - 700_000, kind: 'risk_notice', clause: '传染病防治法第三十九条', evidence_kind: 'contact_record', evidence: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' },
      { ...action, entry: 11, sequence: 4, time: this.now - 600_000, kind: 'unaccredit', clause: PLACE, approver: hex(20) },
    ]
  }

  private attempts(after: number): unknown[] {
    const row = { first: this.now - 500_000, last: this.now - 400_000, kind: 'risk_notice', taken: false, folded: false, sequence: 5 }
    const proposer = { role: 'proposer', key: hex(20) }
    return [
      { ...row, number: 1, count: 1, signers: [proposer], reason: 'one-role', digest: hex(31) },
      { ...row, number: 2, count: 1_317, folded: true, signers: [proposer, { role: 'approver', key: hex(21) }], reason: 'notice-without-evidence', digest: hex(32) },
      { ...row, number: 3, count: 2, signers: [], kind: 'unreadable', reason: 'malformed-bytes', digest: hex(33) },
    ].filter((one) => one.number > after)
  }

  private reads(after: number): unknown[] {
    const all = ['/v1/audit/records?limit=200', '/v1/audit/verify', '/v1/audit/actions', '/v1/audit/reads?after=0']
    return all.map((what, at) => ({ number: at + 1, time: this.now - (4 - at) * 60_000, reader: at === 1 ? PLACE : REGULATOR, what })).filter((read) => read.number > after)
  }
}

export const CHECKPOINT = `luyin.example/demo
4711
${btoa('\u0001'.repeat(32))}
segment 812 ${btoa('\u0002'.repeat(32))}
block 811
time 1795741500000
note ${hex(3)}
att 20784 ${hex(4)}

— luyin.example/demo q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8SNFZ4kKvN7xI=
`

/** What the node says of appeals: one overdue, one waiting, one granted. */
export function appealAnswers(at = Number(new URLSearchParams(location.search).get('at') ?? '0')): Record<string, string> {
  const hour = 3_600_000
  const one = { notice: hex(61), nym: hex(62), reason: 'recovered' }
  const filed = (before: number) => ({ filed: at - before, due: at - before + 8 * hour })
  const appeals = [
    { ...one, entry: 4_600, ...filed(30 * hour), state: 'granted', answer: { entry: 4_650, time: at - 28 * hour, late: false, words: '化验单弄混，已解除' } },
    { ...one, entry: 4_700, ...filed(9 * hour), reason: 'not_me', statement: hex(63), state: 'overdue' },
    { ...one, entry: 4_711, ...filed(hour), reason: 'other', state: 'open' },
  ]
  const figures = { now: at, filed: 3, open: 1, overdue: 1, granted: 1, refused: 0, lifted: 0, in_time: 1, late: 0, median_minutes: 120 }
  return { '/v1/appeals': JSON.stringify({ appeals }), '/v1/appeals/statistics': JSON.stringify(figures) }
}
