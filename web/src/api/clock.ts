import { fault } from '../shared/fault'
import type { ClockView } from './schema'

/** Asks the node for its clock, and whose it is. Refuses with a fault that says what to do. */
export async function nodeClock(signal?: AbortSignal): Promise<ClockView> {
  let answer: Response
  try {
    answer = await fetch('/v1/clock', { cache: 'no-store', credentials: 'omit', ...(signal ? { signal } : {}) })
  } catch (thrown) {
    throw fault('unreachable', thrown instanceof Error ? thrown.message : 'no answer')
  }
  if (answer.status >= 500 || answer.status === 429) throw fault('stopping', `the node answers ${answer.status}`)
  const view: unknown = await answer.json().catch(() => null)
  if (!answer.ok || !isClockView(view)) throw fault('other_version', 'the answer of /v1/clock is not of this version')
  return view
}

function isClockView(view: unknown): view is ClockView {
  if (typeof view !== 'object' || view === null) return false
  const parts = view as Partial<Record<keyof ClockView, unknown>>
  return typeof parts.mode === 'string' && typeof parts.now === 'number' && typeof parts.network === 'string'
}
