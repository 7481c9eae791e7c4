// Requests that a phone made, made again to weigh the answers.
import { once } from 'node:events'
import { Agent, request } from 'node:http'

const READS = ({ method }) => method === 'GET'

async function ask(node, { path, headers }, agent) {
  const { hostname: host, port } = new URL(node)
  const asked = request({ host, port, path, headers: { ...headers, host: `${host}:${port}` }, agent })
  asked.end()
  const [answer] = await once(asked, 'response')
  let bytes = 0
  for await (const part of answer) bytes += part.length
  const head = answer.rawHeaders.reduce((sum, text) => sum + text.length + 2, 0)
  return { status: answer.statusCode, bytes: bytes + head }
}

/** Bytes of the answers, with their heads, as they go over the line. */
export async function weigh(node, asked) {
  const agent = new Agent({ keepAlive: true })
  const byPath = {}
  for (const one of asked.filter(READS)) {
    const { bytes } = await ask(node, one, agent)
    const path = one.path.split('?')[0]
    byPath[path] = (byPath[path] ?? 0) + bytes
  }
  agent.destroy()
  return { total: Object.values(byPath).reduce((sum, bytes) => sum + bytes, 0), byPath }
}
