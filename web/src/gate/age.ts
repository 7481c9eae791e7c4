import { say } from '../i18n/language.svelte'
import { gate } from './words'

/** How long, in the unit that a person would use. */
export function span(ms: number): string {
  const t = say(gate)
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 90) return t.seconds(seconds)
  if (seconds < 5_400) return t.minutes(Math.round(seconds / 60))
  if (seconds < 172_800) return t.hours(Math.round(seconds / 3_600))
  return t.days(Math.round(seconds / 86_400))
}
