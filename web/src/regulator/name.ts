import { bytesOf } from './shapes'

/** `<gate>/<batch>/<place>`, as records are named. */
export interface RecordName {
  readonly gate: string
  readonly batch: number
  readonly index: number
}

export function parsed(name: string): RecordName {
  const [gate = '', batch = '', index = ''] = name.split('/')
  return { gate, batch: Number(batch), index: Number(index) }
}

/** An identifier, short enough for a table and long enough to tell two apart. */
export function brief(did: string): string {
  const own = did.replace(/^did:luyin:/, '')
  return own.length > 12 ? `${own.slice(0, 6)}…${own.slice(-4)}` : own
}

const NOTE = 3
const HEAD = 9

/** The guard's words in a record's bytes (protocol 6.20), where it is one of the manual lane. */
export function noteOf(bytes: string): string | null {
  const record = bytesOf(bytes)
  // Version, step (4), verdict, kind of evidence, length (2).
  if (record[6] !== NOTE) return null
  const length = ((record[7] ?? 0) << 8) | (record[8] ?? 0)
  return new TextDecoder().decode(record.subarray(HEAD, HEAD + length))
}
