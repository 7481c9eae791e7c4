import { day } from '../shared/time'

const DAY_MS = 86_400_000
const BEIJING_MS = 8 * 3_600_000

/** The first millisecond of a Beijing day; null where it is none. */
export function dayStart(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null
  const start = Date.parse(`${text}T00:00:00+08:00`)
  return Number.isNaN(start) || day(start) !== text ? null : start
}

/** The number of a Beijing day since 1970 (protocol 4.5). */
export function dayNumber(text: string): number | null {
  const start = dayStart(text)
  return start === null ? null : Math.round((start + BEIJING_MS) / DAY_MS)
}

/** The last millisecond of a Beijing day. */
export function dayEnd(text: string): number | null {
  const start = dayStart(text)
  return start === null ? null : start + DAY_MS - 1
}

/** Which days: both ends may be open. */
export interface Days {
  readonly from: string
  readonly to: string
}

export function spanOf({ from, to }: Days): { readonly from?: number; readonly to?: number } {
  const [first, last] = [dayStart(from), dayEnd(to)]
  return { ...(first === null ? {} : { from: first }), ...(last === null ? {} : { to: last }) }
}

export const inOrder = ({ from, to }: Days): boolean => {
  const [first, last] = [dayStart(from), dayEnd(to)]
  return first === null || last === null || first <= last
}
