import type { ActionView, AttemptRow, Findings, OneRecordView, Read, ReadsView, RecordView, SignedReport } from '../api/schema'
import type { Colour } from '../device/api'
import { fault } from '../shared/fault'

/** A verdict as records carry it; the interface's description knows it as an object only. */
export interface VerdictView {
  readonly colour: Colour
  readonly reason: string
  readonly zh: string
  readonly en: string
}
export type RecordRow = Omit<RecordView, 'verdict'> & { readonly verdict: VerdictView }
export type OneRecord = Omit<OneRecordView, 'verdict'> & { readonly verdict: VerdictView }
export interface Page {
  readonly records: readonly RecordRow[]
  readonly next: string | null
}

type Loose = Readonly<Record<string, unknown>>

/** Answers of another version are refused by name, not shown in part. */
function wrong(what: string): never {
  throw fault('other_version', `the answer has no ${what}`)
}
function object(value: unknown, what: string): Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : wrong(what)
}
function list(value: unknown, what: string): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : wrong(what)
}
const text = (value: unknown, what: string): string => (typeof value === 'string' ? value : wrong(what))
const number = (value: unknown, what: string): number => (typeof value === 'number' ? value : wrong(what))
const texts = (value: unknown, what: string): string[] => list(value, what).map((one) => text(one, what))
const maybe = <T>(value: unknown, read: (value: unknown) => T): T | null => (value === undefined || value === null ? null : read(value))

const COLOURS: readonly string[] = ['green', 'yellow', 'red', 'grey']

function verdict(value: unknown): VerdictView {
  const { colour, reason, zh, en } = object(value, 'verdict')
  if (!COLOURS.includes(text(colour, 'colour'))) wrong('known colour')
  return { colour: colour as Colour, reason: text(reason, 'reason'), zh: text(zh, 'reason'), en: text(en, 'reason') }
}

function row(value: unknown): RecordRow {
  const one = object(value, 'record')
  return {
    name: text(one['name'], 'name'),
    step: number(one['step'], 'step'),
    verdict: verdict(one['verdict']),
    evidence: text(one['evidence'], 'evidence'),
    bytes: text(one['bytes'], 'bytes'),
    public_inputs: maybe(one['public_inputs'], (inputs) => texts(inputs, 'public inputs')),
  }
}

export function page(value: unknown): Page {
  const { records, next } = object(value, 'page')
  return { records: list(records, 'records').map(row), next: maybe(next, (name) => text(name, 'next')) }
}

export function oneRecord(value: unknown): OneRecord {
  const one = object(value, 'record')
  return {
    ...row(value),
    anchor: number(one['anchor'], 'anchor'),
    records: number(one['records'], 'number of records'),
    root: text(one['root'], 'root'),
    inclusion: texts(one['inclusion'], 'inclusion'),
  }
}

export function findings(value: unknown): Findings {
  const { checked, verified, rejected, disputed } = object(value, 'findings')
  return {
    checked: number(checked, 'checked'),
    verified: number(verified, 'verified'),
    rejected: texts(rejected, 'rejected'),
    disputed: texts(disputed, 'disputed'),
  }
}

function action(value: unknown): ActionView {
  const one = object(value, 'action')
  return {
    entry: number(one['entry'], 'entry'),
    sequence: number(one['sequence'], 'sequence'),
    time: number(one['time'], 'time'),
    height: number(one['height'], 'height'),
    kind: text(one['kind'], 'kind'),
    action: text(one['action'], 'action'),
    proposer: text(one['proposer'], 'proposer'),
    approver: text(one['approver'], 'approver'),
    reviewer: maybe(one['reviewer'], (key) => text(key, 'reviewer')),
    evidence_kind: maybe(one['evidence_kind'], (kind) => text(kind, 'kind of evidence')),
    evidence: maybe(one['evidence'], (hash) => text(hash, 'evidence')),
    clause: maybe(one['clause'], (words) => text(words, 'clause')),
  }
}

export function actions(value: unknown): readonly ActionView[] {
  return list(object(value, 'actions')['actions'], 'actions').map(action)
}

export function attempts(value: unknown): readonly AttemptRow[] {
  return list(object(value, 'attempts')['attempts'], 'attempts').map((one): AttemptRow => {
    const row = object(one, 'attempt')
    return {
      number: number(row['number'], 'number'),
      first: number(row['first'], 'first'),
      last: number(row['last'], 'last'),
      count: number(row['count'], 'count'),
      folded: row['folded'] === true,
      signers: list(row['signers'], 'signers').map((by) => {
        const { role, key } = object(by, 'signer')
        return { role: text(role, 'role'), key: text(key, 'key') }
      }),
      kind: text(row['kind'], 'kind'),
      reason: text(row['reason'], 'reason'),
      sequence: maybe(row['sequence'], (count) => number(count, 'sequence')),
      taken: row['taken'] === true,
      digest: text(row['digest'], 'digest'),
    }
  })
}

export function reads(value: unknown): ReadsView['reads'] {
  return list(object(value, 'reads')['reads'], 'reads').map((one): Read => {
    const { number: count, time, reader, what } = object(one, 'read')
    return { number: number(count, 'number'), time: number(time, 'time'), reader: text(reader, 'reader'), what: text(what, 'what') }
  })
}

/** What a report says in numbers; its bytes are kept as they were signed. */
export interface ReportSummary {
  readonly made: number
  readonly from: number | null
  readonly to: number | null
  readonly transactions: readonly (readonly [kind: string, count: number])[]
  readonly actions: number
  readonly notices_standing: number
  readonly accreditations: number
  readonly findings: Findings
}
export interface Report {
  readonly signed: SignedReport
  readonly summary: ReportSummary
}

export function report(value: unknown): Report {
  const { report: encoded, signer, signature } = object(value, 'report')
  const signed: SignedReport = { report: text(encoded, 'report'), signer: text(signer, 'signer'), signature: text(signature, 'signature') }
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(signed.report)))
  } catch {
    wrong('readable report')
  }
  const inner = object(parsed, 'report')
  const summary: ReportSummary = {
    made: number(inner['made'], 'time'),
    from: maybe(inner['from'], (time) => number(time, 'from')),
    to: maybe(inner['to'], (time) => number(time, 'to')),
    transactions: Object.entries(object(inner['transactions'], 'transactions')).map(([kind, count]) => [kind, number(count, 'count')] as const),
    actions: list(inner['actions'], 'actions').length,
    notices_standing: number(inner['notices_standing'], 'notices'),
    accreditations: number(inner['accreditations'], 'accreditations'),
    findings: findings(inner['findings']),
  }
  return { signed, summary }
}

/** Standard base64 with padding (protocol 9.1). */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64)
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0))
}

export const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
