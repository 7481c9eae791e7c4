import { fault } from '../shared/fault'
import type { NetworkView } from './schema'

/** Asks the node for its network and its clock. Refuses with a fault that says what to do. */
export async function network(signal?: AbortSignal): Promise<NetworkView> {
  let answer: Response
  try {
    answer = await fetch('/v1/network', { cache: 'no-store', credentials: 'omit', ...(signal ? { signal } : {}) })
  } catch (thrown) {
    throw fault('unreachable', thrown instanceof Error ? thrown.message : 'no answer')
  }
  if (answer.status >= 500 || answer.status === 429) throw fault('stopping', `the node answers ${answer.status}`)
  const view: unknown = await answer.json().catch(() => null)
  if (!answer.ok || !isNetworkView(view)) throw fault('other_version', 'the answer of /v1/network is not of this version')
  return view
}

function isNetworkView(view: unknown): view is NetworkView {
  if (typeof view !== 'object' || view === null) return false
  const parts = view as Partial<Record<keyof NetworkView, unknown>>
  return typeof parts.mode === 'string' && typeof parts.now === 'number' && typeof parts.network === 'string' && typeof parts.slot === 'number'
}
