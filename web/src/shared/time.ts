/** Beijing is eight hours ahead of UTC, without summer time. */
const BEIJING = 8 * 3_600_000
const HALF_DAY = 12 * 3_600_000
const STEP = 30_000

/** How long after its end a half-day still takes a check-in. */
export const PREVIOUS_OPEN_MS = 600_000

const two = (n: number): string => String(n).padStart(2, '0')

/** YYYY-MM-DD in Beijing. */
export function day(ms: number): string {
  return new Date(ms + BEIJING).toISOString().slice(0, 10)
}

/** HH:mm in Beijing. */
export function clock(ms: number): string {
  return new Date(ms + BEIJING).toISOString().slice(11, 16)
}

/** HH:mm:ss in Beijing. */
export function ticking(ms: number): string {
  return new Date(ms + BEIJING).toISOString().slice(11, 19)
}

/** YYYY-MM-DD HH:mm in Beijing. */
export function moment(ms: number): string {
  return `${day(ms)} ${clock(ms)}`
}

/** The half-day's number since 1970 (protocol 4.5). */
export function slotAt(ms: number): number {
  return Math.floor((ms + BEIJING) / HALF_DAY)
}

/** When a half-day begins. */
export function slotStart(slot: number): number {
  return slot * HALF_DAY - BEIJING
}

export type Half = 'am' | 'pm'

/** The day and the half of a slot. */
export function slotName(slot: number): { readonly day: string; readonly half: Half } {
  return { day: day(slotStart(slot)), half: slot % 2 === 0 ? 'am' : 'pm' }
}

/** The step of 30 s for which a code is shown. */
export function stepAt(ms: number): number {
  return Math.floor(ms / STEP)
}

/** Milliseconds until the next step. */
export function stepLeft(ms: number): number {
  return STEP - (ms % STEP)
}

/** The block of four hours of a walk-in pass. */
export function blockAt(ms: number): number {
  return Math.floor((ms + BEIJING) / (4 * 3_600_000))
}

/** h:mm:ss or m:ss that are left. */
export function left(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}
