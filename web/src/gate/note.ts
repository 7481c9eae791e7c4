import type { GateState } from '../device/api'

/** Why somebody came by the manual lane. */
export type ManualReason = 'noPhone' | 'paper' | 'idDesk' | 'visitor' | 'walkIns' | 'scanner' | 'emergency' | 'other'
export type ManualOutcome = 'letIn' | 'turnedAway'

export const MANUAL_REASONS: readonly ManualReason[] = ['noPhone', 'paper', 'idDesk', 'visitor', 'walkIns', 'scanner', 'emergency', 'other']

/** The longest note that a record takes (protocol 6.20), in bytes. */
const MAX_BYTES = 200
/** A telephone or ID number: digits in a row, whatever stands between them. */
const PERSONAL = /(?:\d[\s-]*){7,}[\dXx]?/

export type NoteFault = 'needOutcome' | 'needReason' | 'needNote' | 'noPersonal' | 'tooLong'

export interface Filled {
  readonly outcome: ManualOutcome | null
  readonly reason: ManualReason | null
  readonly note: string
}

/** What is wrong with a form, the first thing first. */
export function noteFault({ outcome, reason, note }: Filled): NoteFault | null {
  if (!outcome) return 'needOutcome'
  if (!reason) return 'needReason'
  if (reason === 'other' && note.trim() === '') return 'needNote'
  if (PERSONAL.test(note)) return 'noPersonal'
  return new TextEncoder().encode(noteOf({ outcome, reason, note })).length > MAX_BYTES ? 'tooLong' : null
}

/** The note of the record: codes that are the same in every language, then the guard's words. */
export function noteOf({ outcome, reason, note }: Filled): string {
  const codes = `${outcome === 'letIn' ? 'let-in' : 'turned-away'}; ${(reason ?? 'other').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  const words = note.trim().replace(/\s+/g, ' ')
  return words ? `${codes}; ${words}` : codes
}

/** Records that a node has not acknowledged. */
export const unsent = (gate: GateState | null): number => (gate?.waiting ?? 0) + (gate?.unsent ?? 0)
