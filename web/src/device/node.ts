import { fault } from './wire'

export interface Answer {
  readonly status: number
  readonly body: Uint8Array
  readonly retryAfter: number | undefined
}

/** Longer than any answer of a node takes on a slow line; what takes longer is tried again. */
const TIMEOUT_MS = 60_000
/** A gate has one worker, and while it waits for a node nobody is let in: what is not answered is tried again later. */
const GATE_TIMEOUT_MS = 8_000
/** Somebody stands before the gate: without an answer it goes by its own memory, and the audit finds duplicates. */
const WALK_IN_TIMEOUT_MS = 2_000
/** These are the browser's own to set. */
const FORBIDDEN: readonly string[] = ['host', 'user-agent']

/** How long an answer is waited for. */
export function timeoutOf(url: string): number {
  const { pathname } = new URL(url)
  if (pathname.endsWith('/v1/gate/walk-ins')) return WALK_IN_TIMEOUT_MS
  return pathname.includes('/v1/gate/') ? GATE_TIMEOUT_MS : TIMEOUT_MS
}

/**
 * A checkpoint says how long it may be kept, for those who only follow the log. Whoever holds it against the forest needs the
 * newest: an older one names another epoch, and looks as if the node contradicted itself.
 */
export function mustBeFresh(url: string): boolean {
  return new URL(url).pathname.endsWith('/checkpoint')
}

/** Sends a request and waits for its answer: a worker may. Throws a word where there is no answer. */
export function send(method: string, url: string, headers: readonly string[], body: Uint8Array | undefined, limit: number): Answer {
  if (!navigator.onLine) throw 'there is no connection'
  const request = new XMLHttpRequest()
  request.open(method, url, false)
  request.responseType = 'arraybuffer'
  request.timeout = timeoutOf(url)
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const [name, value] = [headers[i] ?? '', headers[i + 1] ?? '']
    if (!FORBIDDEN.includes(name)) request.setRequestHeader(name, value)
  }
  if (mustBeFresh(url)) request.setRequestHeader('cache-control', 'no-cache')
  try {
    // A view of memory that threads share is not taken.
    request.send(body ? body.slice() : null)
  } catch (thrown) {
    throw thrown instanceof Error ? thrown.message : String(thrown)
  }
  if (request.status === 0) throw 'the connection broke off'
  const answer = new Uint8Array(request.response instanceof ArrayBuffer ? request.response : new ArrayBuffer(0))
  if (answer.length > limit) throw 'too_long'
  const after = Number(request.getResponseHeader('retry-after') ?? Number.NaN)
  return { status: request.status, body: answer, retryAfter: Number.isFinite(after) ? after : undefined }
}

/** Fetches a file; `heard` is told how many bytes have come. */
export async function download(url: string, heard: (bytes: number) => void): Promise<Uint8Array<ArrayBuffer>> {
  let response: Response
  try {
    response = await fetch(url, { credentials: 'omit' })
  } catch (thrown) {
    throw fault('unreachable', thrown instanceof Error ? thrown.message : String(thrown))
  }
  if (!response.ok || !response.body) throw fault('refused', `${url} answered ${response.status}`, { status: response.status })
  const parts: Uint8Array[] = []
  let length = 0
  const reader = response.body.getReader()
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value)
      length += part.value.length
      heard(length)
    }
  } catch (thrown) {
    throw fault('unreachable', thrown instanceof Error ? thrown.message : String(thrown))
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
