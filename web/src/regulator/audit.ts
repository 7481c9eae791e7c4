import type { ActionView, AlarmsView, AttemptRow, Findings, Read, SignedReport } from '../api/schema'
import type { Colour, RecordCheck, RegulatorDevice, SignatureCheck } from '../device/api'
import { now } from '../shared/now.svelte'
import { dayNumber, spanOf, type Days } from './days'
import { parsed } from './name'
import * as shapes from './shapes'

export interface Wanted extends Days {
  /** Empty for all. */
  readonly gate: string
  readonly colour: Colour | null
}

/** Rows of a page. */
export const ROWS = 50
/** Records asked for at once. */
const BATCH = 200
/** The most that one export holds. */
export const EXPORTED = 20_000

export interface Listed {
  readonly rows: readonly shapes.RecordRow[]
  /** How many records the node sent to find them. */
  readonly seen: number
  /** Where the next page begins, where there is one. */
  readonly next: string | null
}

/** The audit interface of protocol 9.3, call by call. Each is signed by the device and logged by the node. */
export class Audit {
  constructor(private readonly device: RegulatorDevice) {}

  private get(path: string, query: Readonly<Record<string, string | number | undefined>> = {}): Promise<unknown> {
    const asked = new URLSearchParams()
    for (const [key, value] of Object.entries(query)) if (value !== undefined && value !== '') asked.set(key, String(value))
    const suffix = asked.size > 0 ? `?${asked.toString()}` : ''
    return this.device.call('GET', `/v1/audit/${path}${suffix}`, null, now())
  }

  /** The records after one that are wanted, `rows` at most. The node knows gates and times; colours are sorted out here. */
  async records(wanted: Wanted, after: string | null, rows = ROWS, seen: (count: number) => void = () => undefined): Promise<Listed> {
    const found: shapes.RecordRow[] = []
    let [from, count] = [after, 0]
    for (;;) {
      const query = { gate: wanted.gate.trim(), ...spanOf(wanted), after: from ?? undefined, limit: BATCH }
      const page = shapes.page(await this.get('records', query))
      count += page.records.length
      for (const [at, record] of page.records.entries()) {
        if (wanted.colour !== null && record.verdict.colour !== wanted.colour) continue
        found.push(record)
        if (found.length < rows) continue
        const more = at + 1 < page.records.length || page.next !== null
        return { rows: found, seen: count, next: more ? record.name : null }
      }
      seen(found.length)
      if (page.next === null || page.next === from) return { rows: found, seen: count, next: null }
      from = page.next
    }
  }

  async record(name: string): Promise<shapes.OneRecord> {
    const { gate, batch, index } = parsed(name)
    return shapes.oneRecord(await this.get(`records/${gate}/${batch}/${index}`))
  }

  check(record: shapes.OneRecord): Promise<RecordCheck> {
    return this.device.check(record, now())
  }

  checkCheckpoint(note: string): Promise<SignatureCheck> {
    return this.device.checkCheckpoint(note, now())
  }

  checkReport({ report, signer, signature }: SignedReport): Promise<SignatureCheck> {
    return this.device.checkReport(report, signer, signature, now())
  }

  async verify(gate: string, days: Days): Promise<Findings> {
    const body = { ...(gate.trim() ? { gate: gate.trim() } : {}), ...spanOf(days) }
    return shapes.findings(await this.device.call('POST', '/v1/audit/verify', body, now()))
  }

  async actions(): Promise<readonly shapes.Action[]> {
    return shapes.actions(await this.get('actions'))
  }

  /** All refused attempts, page by page. */
  async attempts(): Promise<readonly AttemptRow[]> {
    const all: AttemptRow[] = []
    for (;;) {
      const page = shapes.attempts(await this.get('attempts', { after: all.at(-1)?.number ?? 0 }))
      if (page.length === 0) return all
      all.push(...page)
    }
  }

  /** The alarms of a Beijing day. */
  async alarms(day: string): Promise<AlarmsView> {
    return shapes.alarms(await this.get('alarms', { day: dayNumber(day) ?? undefined }))
  }

  async report(days: Days): Promise<shapes.Report> {
    return shapes.report(await this.get('report', spanOf(days)))
  }

  async reads(after: number): Promise<readonly Read[]> {
    return shapes.reads(await this.get('reads', { after }))
  }
}
