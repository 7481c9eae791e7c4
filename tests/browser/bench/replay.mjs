// Requests that a phone made, made again: to weigh the answers, and by many at once.
import { once } from 'node:events'
import { Agent, request } from 'node:http'

/** Submissions are never made again: a note is spent once. */
export const isRead = ({ method }) => method === 'GET'
const TOO_MANY = 429

async function ask(node, one, agent) {
  const { hostname: host, port } = new URL(node)
  const asked = request({ host, port, path: one.path, headers: { ...one.headers, host: `${host}:${port}` }, agent })
  asked.end()
  let answer
  try {
    ;[answer] = await once(asked, 'response')
  } catch (error) {
    // A line that had been still for a while was closed at the other end: browsers take a new one as well.
    if (asked.reusedSocket && error.code === 'ECONNRESET') return ask(node, one, agent)
    throw error
  }
  let bytes = 0
  for await (const part of answer) bytes += part.length
  const head = answer.rawHeaders.reduce((sum, text) => sum + text.length + 2, 0)
  return { status: answer.statusCode, bytes: bytes + head, retryAfterS: Number(answer.headers['retry-after'] ?? 1) }
}

/** Bytes of the answers, with their heads, as they go over the line. */
export async function weigh(node, asked) {
  const agent = new Agent({ keepAlive: true })
  const byPath = {}
  for (const one of asked.filter(isRead)) {
    const { bytes } = await ask(node, one, agent)
    const path = one.path.split('?')[0]
    byPath[path] = (byPath[path] ?? 0) + bytes
  }
  agent.destroy()
  return { total: Object.values(byPath).reduce((sum, bytes) => sum + bytes, 0), byPath }
}

/** One phone's reads, one after the other over a line of its own. A node that has no room is asked again when it says so. */
async function asPhone(node, asked, address) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, localAddress: address })
  const sums = { bytes: 0, refused: 0, mostAttempts: 1 }
  for (const one of asked) {
    for (let attempt = 1; ; attempt += 1) {
      const { status, bytes, retryAfterS } = await ask(node, one, agent)
      sums.bytes += bytes
      sums.mostAttempts = Math.max(sums.mostAttempts, attempt)
      if (status < 400) break
      if (status !== TOO_MANY) throw new Error(`${one.path} was answered with ${status}`)
      sums.refused += 1
      await new Promise((later) => setTimeout(later, retryAfterS * 1_000))
    }
  }
  agent.destroy()
  return sums
}

/**
 * So many phones make these reads, at most `atOnce` at a time. Each phone's time counts from the common beginning, in which
 * all of them wanted to ask: who waits for the load client's turn waits in the figures too.
 */
export async function replayed(node, asked, { phones, atOnce, addressOf }) {
  const reads = asked.filter(isRead)
  const begun = performance.now()
  const all = []
  let next = 0
  const line = async () => {
    while (next < phones) {
      const sums = await asPhone(node, reads, addressOf(next++))
      all.push({ ...sums, ended: performance.now() - begun })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, line))
  return all
}
