import type { RecordCheck } from '../device/api'
import type { OneRecord } from './shapes'

/**
 * Whether what the gate said cannot be squared with the proof. Red is given for many reasons while the proof holds, expiry
 * first of all; only `rejected` says that it does not. Green and a walk-in used before say that it does.
 */
export function contradicts(record: Pick<OneRecord, 'evidence' | 'verdict'>, check: Pick<RecordCheck, 'proof'>): boolean {
  if (record.evidence !== 'pass') return false
  if (record.verdict.reason === 'rejected') return check.proof
  return (record.verdict.colour === 'green' || record.verdict.reason === 'walk_in_spent') && !check.proof
}
