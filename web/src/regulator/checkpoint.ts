import { fault } from '../shared/fault'
import { bytesOf, hexOf } from './shapes'

/** A signed note of the log (protocol 8.9, 8.10), taken apart. The device verifies its signatures. */
export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: string
  readonly extensions: ReadonlyMap<string, string>
  readonly signatures: readonly { readonly name: string; readonly value: string }[]
  readonly text: string
}

const broken = (what: string): never => {
  throw fault('other_version', `the checkpoint has no ${what}`)
}

export function parseCheckpoint(text: string): Checkpoint {
  const [body = '', tail = ''] = text.split('\n\n', 2)
  const [origin = '', size = '', root = '', ...rest] = body.split('\n')
  if (!origin || !/^(0|[1-9][0-9]{0,15})$/.test(size)) broken('origin and size')
  let rootHex = ''
  try {
    rootHex = hexOf(bytesOf(root))
  } catch {
    broken('root')
  }
  if (rootHex.length !== 64) broken('root')
  const signatures = tail.split('\n').filter(Boolean).map((line) => {
    const parts = /^— (\S+) (\S+)$/.exec(line)
    return parts?.[1] && parts[2] ? { name: parts[1], value: parts[2] } : broken('signature')
  })
  if (signatures.length === 0) broken('signature')
  const extensions = new Map(rest.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const))
  return { origin, size: Number(size), root: rootHex, extensions, signatures, text }
}

/** The newest one of the node that served this page: everybody may have it. */
export async function fetchCheckpoint(): Promise<Checkpoint> {
  let answer: Response
  try {
    answer = await fetch('/checkpoint', { cache: 'no-store', credentials: 'omit' })
  } catch (thrown) {
    throw fault('unreachable', thrown instanceof Error ? thrown.message : 'no answer')
  }
  if (!answer.ok) throw fault(answer.status >= 500 ? 'stopping' : 'other_version', `the node answers ${answer.status}`)
  return parseCheckpoint(await answer.text())
}
