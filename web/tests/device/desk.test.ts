import { beforeEach, expect, test, vi } from 'vitest'
import type { Progress } from '../../src/device/api'
import { Desk } from '../../src/device/desk'
import type { BrowserHost } from '../../src/device/host'
import { Stopped } from '../../src/device/library'
import type { Part } from '../../src/device/wire'

/** The library, as far as a test says. */
const library = vi.hoisted(() => ({
  host: null as BrowserHost | null,
  calls: [] as { method: string; given: Record<string, unknown>; bytes: Uint8Array | undefined }[],
  answers: new Map<string, unknown>(),
  during: new Map<string, () => void>(),
}))

vi.mock('../../src/device/module', () => ({
  load: async (host: BrowserHost) => {
    library.host = host
    const call = (part: string, method: string, given: string, bytes: Uint8Array | undefined): unknown => {
      library.calls.push({ method: `${part}.${method}`, given: JSON.parse(given), bytes: bytes?.slice() })
      library.during.get(method)?.()
      return { json: JSON.stringify(library.answers.get(method) ?? null), bytes: undefined, free: () => undefined }
    }
    return { device: { call }, version: '1', threads: 1 }
  },
}))

const NODE = 'https://node.example'
const STRETCHING = { salt: '00'.repeat(32), rounds: 3 }
const KEY = new Uint8Array([1, 2, 3, 4])
let heard: Progress[]
let desk: Desk
let id = 0

function ask(part: Part, method: string, ...given: unknown[]): Promise<unknown> {
  id += 1
  return desk.do({ id, part, method, given, ahead: false })
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

beforeEach(async () => {
  library.calls = []
  library.answers = new Map<string, unknown>([
    ['stretching', STRETCHING],
    ['drawStretching', STRETCHING],
    ['fetchesKeysFrom', NODE],
    ['keyFiles', [{ circuit: 'checkin', file: 'checkin.pk', size: KEY.length, sha256: await sha256(KEY) }]],
  ])
  library.during = new Map()
  const files: Record<string, BodyInit> = { '/v1/keys/manifest.json': '{}', '/v1/keys/checkin.pk': KEY }
  vi.stubGlobal('fetch', async (url: string) => new Response(files[new URL(url).pathname] ?? null, { status: new URL(url).pathname in files ? 200 : 404 }))
  heard = []
  desk = new Desk((progress) => heard.push(progress))
  await desk.start()
})

test('a passphrase is stretched here and never reaches the library', async () => {
  await ask('wallet', 'create', { passphrase: 'correct horse' }, NODE)
  const created = library.calls.find(({ method }) => method === 'wallet.create')
  expect(created?.given).toEqual({ stretching: STRETCHING, node: NODE })
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode('correct horse'), 'PBKDF2', false, ['deriveBits'])
  const bits = await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: new Uint8Array(32), iterations: 3 }, key, 256)
  expect(created?.bytes).toEqual(new Uint8Array(bits))
  expect(JSON.stringify(library.calls)).not.toContain('horse')
})

test('a short passphrase makes no wallet', async () => {
  await expect(ask('wallet', 'create', { passphrase: 'short' }, NODE)).rejects.toMatchObject({ slug: 'weak_passphrase' })
})

test('a passkey’s secret is handed over as it is, and beside the passphrase where it is added', async () => {
  const prf = new Uint8Array(32).fill(7)
  await ask('wallet', 'open', { prf })
  expect(library.calls.at(-1)).toMatchObject({ given: { stretching: null }, bytes: prf })
  await ask('wallet', 'addPrf', 'correct horse', prf)
  const both = library.calls.at(-1)?.bytes
  expect(both?.length).toBe(64)
  expect(both?.slice(32)).toEqual(prf)
})

test('a proving key is fetched with its progress, at hand while its call runs, and read once', async () => {
  const seen: (Uint8Array | undefined)[] = []
  library.during.set('checkin', () => seen.push(library.host?.key('checkin')?.slice()))
  await ask('wallet', 'checkin', 'me', {}, 'current')
  await ask('wallet', 'checkin', 'me', {}, 'current')
  expect(seen).toEqual([KEY, undefined])
  expect(heard.at(-1)).toEqual({ task: 'keys', done: 4, total: 4, bytes: 4 })
  expect(library.host?.keys.size).toBe(0)
  // A wallet that is opened anew has loaded nothing.
  await ask('wallet', 'lock')
  await ask('wallet', 'checkin', 'me', {}, 'current')
  expect(seen.at(-1)).toEqual(KEY)
})

test('a key that a call did not ask for is handed over again', async () => {
  const seen: (Uint8Array | undefined)[] = []
  // Nothing to prove yet: the library asks for no key.
  await ask('wallet', 'checkin', 'me', {}, 'current')
  library.during.set('checkin', () => seen.push(library.host?.key('checkin')?.slice()))
  await ask('wallet', 'checkin', 'me', {}, 'current')
  expect(seen).toEqual([KEY])
})

test('a key that is not the one of the manifest is thrown away', async () => {
  library.answers.set('keyFiles', [{ circuit: 'checkin', file: 'checkin.pk', size: KEY.length, sha256: 'ff'.repeat(32) }])
  await expect(ask('wallet', 'fetchKeys', ['checkin'])).rejects.toMatchObject({ slug: 'key_mismatch' })
  await expect(ask('wallet', 'checkin', 'me', {}, 'current')).rejects.toMatchObject({ slug: 'key_mismatch' })
  expect(library.calls.some(({ method }) => method === 'wallet.checkin')).toBe(false)
})

test('calls have their turns, and one that is refused does not stop the next', async () => {
  library.during.set('status', () => {
    throw JSON.stringify({ slug: 'no_person', message: 'none', detail: {} })
  })
  const refused = ask('wallet', 'status', 'you', 1)
  const next = ask('wallet', 'persons')
  await expect(refused).rejects.toEqual({ slug: 'no_person', message: 'none', detail: {} })
  await next
  expect(library.calls.map(({ method }) => method)).toEqual(['wallet.status', 'wallet.persons'])
})

test('what somebody waits for goes before what is made ahead', async () => {
  const ahead = (method: string): Promise<unknown> => desk.do({ id: 0, part: 'wallet', method, given: ['me'], ahead: true })
  await Promise.all([ask('wallet', 'persons'), ahead('sync'), ahead('sync'), ask('wallet', 'status', 'me', 1)])
  expect(library.calls.map(({ method }) => method)).toEqual(['wallet.persons', 'wallet.status', 'wallet.sync', 'wallet.sync'])
})

test('what is no fault of the library’s is its end', async () => {
  library.during.set('persons', () => {
    throw new WebAssembly.RuntimeError('unreachable')
  })
  await expect(ask('wallet', 'persons')).rejects.toBeInstanceOf(Stopped)
})

test('the library finds its files while a part is in use, and an erased one leaves nothing in them', async () => {
  const host = library.host
  await ask('gate', 'state', 1)
  host?.replace('gate', 'gate.key', new TextEncoder().encode('a key that goes'))
  expect(host?.list('gate', 'seen')).toEqual([])
  expect(() => host?.create('gate', 'gate.key', KEY)).toThrow('exists')
  expect(() => host?.read('wallet', 'me.wallet')).toThrow('storage')
  library.during.set('erase', () => host?.remove('gate', 'gate.key'))
  await ask('gate', 'erase')
  expect(host?.read('gate', 'gate.key')).toBeUndefined()
})

test('a call that the library does not know is not made', async () => {
  await expect(ask('gate', 'dance')).rejects.toMatchObject({ slug: 'other_version' })
  expect(library.calls).toEqual([])
})
