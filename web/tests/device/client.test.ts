import { beforeEach, expect, test } from 'vitest'
import { WorkerDevice, type Port } from '../../src/device/client'
import { named, type Call, type Told } from '../../src/device/wire'

class FakeWorker {
  readonly sent: Call[] = []
  terminated = false
  private readonly listeners = new Map<string, ((event: unknown) => void)[]>()

  postMessage(call: Call): void {
    this.sent.push(structuredClone(call))
  }

  addEventListener(kind: string, listen: (event: unknown) => void): void {
    this.listeners.set(kind, [...(this.listeners.get(kind) ?? []), listen])
  }

  terminate(): void {
    this.terminated = true
  }

  tell(told: Told): void {
    for (const listen of this.listeners.get('message') ?? []) listen({ data: told })
  }

  fail(message: string): void {
    for (const listen of this.listeners.get('error') ?? []) listen({ message })
  }
}

let worker: FakeWorker
let device: WorkerDevice
beforeEach(() => {
  worker = new FakeWorker()
  device = new WorkerDevice(worker as unknown as Port)
  worker.tell({ kind: 'ready', info: { threads: 2, version: '1', storage: 'opfs' } })
})

test('a call goes out as it was given and its answer comes back, whatever the order', async () => {
  const first = device.wallet.persons()
  const second = device.wallet.status('me', 5)
  expect(worker.sent).toEqual([
    { id: 1, part: 'wallet', method: 'persons', given: [], ahead: false },
    { id: 2, part: 'wallet', method: 'status', given: ['me', 5], ahead: false },
  ])
  worker.tell({ kind: 'answer', id: 2, value: 'second' })
  worker.tell({ kind: 'answer', id: 1, value: 'first' })
  expect(await first).toBe('first')
  expect(await second).toBe('second')
})

test('what is made ahead goes out with that said', () => {
  void device.ahead.sync('me')
  expect(worker.sent.at(-1)).toEqual({ id: 1, part: 'wallet', method: 'sync', given: ['me'], ahead: true })
})

test('a refusal comes back as the fault it is', async () => {
  const refused = device.gate.code(1)
  const fault = { slug: 'no_gate', message: 'none', detail: { a: 1 } }
  worker.tell({ kind: 'fault', id: 1, fault })
  await expect(refused).rejects.toEqual(fault)
})

test('progress is heard by whoever listens, until they stop', () => {
  const heard: number[] = []
  const stop = device.onProgress(({ done }) => heard.push(done))
  worker.tell({ kind: 'progress', progress: { task: 'prove', done: 1, total: 2 } })
  stop()
  worker.tell({ kind: 'progress', progress: { task: 'prove', done: 2, total: 2 } })
  expect(heard).toEqual([1])
})

test.each([
  ['by its own word', () => worker.tell({ kind: 'dead', why: 'unreachable' })],
  ['by an error', () => worker.fail('unreachable')],
])('a worker that dies %s refuses what waits and what comes, and says so once', async (_, dies) => {
  const waiting = device.wallet.persons()
  const deaths: string[] = []
  device.onDeath((why) => deaths.push(why))
  dies()
  worker.fail('again')
  await expect(waiting).rejects.toMatchObject({ slug: 'no_device' })
  await expect(device.wallet.persons()).rejects.toMatchObject({ slug: 'no_device' })
  device.onDeath((why) => deaths.push(why))
  expect(deaths).toEqual(['unreachable', 'unreachable'])
  expect(worker.terminated).toBe(true)
})

test('a worker that does not start rejects its information', async () => {
  const silent = new FakeWorker()
  const never = new WorkerDevice(silent as unknown as Port)
  silent.fail('')
  await expect(never.info).rejects.toMatchObject({ slug: 'no_device' })
})

test('arguments get the names that the library knows, moments as whole milliseconds', () => {
  expect(named('wallet', 'status', ['me', 5.7])).toEqual({ person: 'me', now: 5 })
  expect(named('wallet', 'saveDraft', ['me', null])).toEqual({ person: 'me', draft: null })
  expect(named('gate', 'scan', ['LY1:', 1, false])).toEqual({ text: 'LY1:', now: 1, online: false })
  expect(named('wallet', 'constructor', [])).toBeNull()
})
