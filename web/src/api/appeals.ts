import { fault } from '../shared/fault'
import type { AppealStatisticsView, AppealView } from './schema'

/** As many as one answer has. */
const PAGE = 1_000
const STATES: readonly string[] = ['open', 'overdue', 'granted', 'refused', 'lifted']
const FIGURES = ['now', 'filed', 'open', 'overdue', 'granted', 'refused', 'lifted', 'in_time', 'late'] as const

async function ask(path: string): Promise<unknown> {
  let answer: Response
  try {
    answer = await fetch(path, { cache: 'no-store', credentials: 'omit' })
  } catch (thrown) {
    throw fault('unreachable', thrown instanceof Error ? thrown.message : 'no answer')
  }
  if (answer.status >= 500 || answer.status === 429) throw fault('stopping', `the node answers ${answer.status}`)
  const view: unknown = await answer.json().catch(() => null)
  if (!answer.ok) throw fault('other_version', `the node answers ${answer.status}`)
  return view
}

const wrong = (path: string): never => {
  throw fault('other_version', `the answer of ${path} is not of this version`)
}

/** How appeals went: anybody may ask. */
export async function appealStatistics(): Promise<AppealStatisticsView> {
  const path = '/v1/appeals/statistics'
  const view = await ask(path)
  if (typeof view !== 'object' || view === null) return wrong(path)
  const parts = view as Record<string, unknown>
  return FIGURES.every((name) => typeof parts[name] === 'number') ? (view as AppealStatisticsView) : wrong(path)
}

/** All appeals, page by page, by rising entry: anybody may ask, and no name is in them. */
export async function allAppeals(): Promise<readonly AppealView[]> {
  const all: AppealView[] = []
  for (;;) {
    const path = `/v1/appeals?after=${all.at(-1)?.entry ?? 0}`
    const view = await ask(path)
    const page: unknown = typeof view === 'object' && view !== null && 'appeals' in view ? view.appeals : null
    if (!Array.isArray(page) || !page.every(isAppeal)) return wrong(path)
    all.push(...page)
    if (page.length < PAGE) return all
  }
}

function isAppeal(value: unknown): value is AppealView {
  if (typeof value !== 'object' || value === null) return false
  const one = value as Partial<Record<keyof AppealView, unknown>>
  const whole = [one.entry, one.filed, one.due].every((part) => typeof part === 'number')
  return whole && [one.notice, one.reason, one.state].every((part) => typeof part === 'string') && STATES.includes(one.state as string)
}
