import type { AppealState } from '../device/api'

/** How long the authority has for an answer (protocol 7.16b). */
export const APPEAL_MS = 8 * 3_600_000

/** How an appeal stands now: the clock runs on while nobody is connected. */
export function stateAt(appeal: { readonly state: AppealState; readonly due: number }, now: number): AppealState {
  return appeal.state === 'open' && now > appeal.due ? 'overdue' : appeal.state
}

/** SHA-256 of a file, as hex. The file stays on this device. */
export async function hashOf(file: File): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()))
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
