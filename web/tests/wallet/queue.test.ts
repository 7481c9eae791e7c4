import { expect, test, vi } from 'vitest'
import { Queue, type Job } from '../../src/wallet/queue.svelte'
import { refusal } from '../fake-device'

const job = (key: string, run: () => Promise<void>, more: Partial<Job> = {}): Job => ({ key, kind: 'prove', who: null, run, ...more })
const settled = (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => undefined)

test('jobs run one after the other, urgent ones before those that wait', async () => {
  vi.useFakeTimers()
  const queue = new Queue()
  const done: string[] = []
  let finish = (): void => undefined
  queue.add(job('first', () => new Promise((resolve) => (finish = resolve))))
  queue.add(job('second', async () => void done.push('second')))
  queue.add(job('urgent', async () => void done.push('urgent'), { urgent: true }))
  await settled()
  expect(done).toEqual([])
  finish()
  await settled()
  expect(done).toEqual(['urgent', 'second'])
  expect(queue.shown).toEqual([])
})

test('a key is in the queue once', async () => {
  vi.useFakeTimers()
  const queue = new Queue()
  const run = vi.fn(async () => undefined)
  queue.add(job('block', () => new Promise(() => undefined)))
  queue.add(job('same', run))
  queue.add(job('same', run))
  expect(queue.shown.map((one) => one.key)).toEqual(['block', 'same'])
})

test('what waits for the ledger is tried again by itself, after the time that the ledger named', async () => {
  vi.useFakeTimers()
  const queue = new Queue()
  const run = vi.fn<() => Promise<void>>().mockRejectedValueOnce(refusal('wait_for_epoch', { seconds: 15 })).mockResolvedValueOnce()
  queue.add(job('prove', run))
  await settled()
  expect(queue.shown[0]).toMatchObject({ state: 'waiting', waits: 'epoch' })
  await vi.advanceTimersByTimeAsync(14_000)
  expect(run).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(1_100)
  expect(run).toHaveBeenCalledTimes(2)
  expect(queue.shown).toEqual([])
})

test('what waits for a connection goes on when there is one', async () => {
  vi.useFakeTimers()
  const queue = new Queue()
  const run = vi.fn<() => Promise<void>>().mockRejectedValueOnce(refusal('unreachable')).mockResolvedValueOnce()
  queue.add(job('sync', run))
  await settled()
  expect(queue.shown[0]).toMatchObject({ state: 'waiting', waits: 'offline' })
  queue.connected()
  await settled()
  expect(queue.shown).toEqual([])
})

test('what fails stays in sight until it is tried again, and holds nothing up', async () => {
  vi.useFakeTimers()
  const queue = new Queue()
  const run = vi.fn<() => Promise<void>>().mockRejectedValueOnce(refusal('untrusted')).mockResolvedValueOnce()
  const next = vi.fn(async () => undefined)
  queue.add(job('sync', run))
  queue.add(job('next', next))
  await settled()
  expect(next).toHaveBeenCalledOnce()
  expect(queue.shown[0]).toMatchObject({ state: 'failed', fault: { slug: 'untrusted' } })
  queue.again('sync')
  await settled()
  expect(queue.shown).toEqual([])
})

test('while a pass is shown only urgent work is begun', async () => {
  vi.useFakeTimers()
  const queue = new Queue()
  const run = vi.fn(async () => undefined)
  queue.hold(true)
  queue.add(job('prove', run))
  await settled()
  expect(run).not.toHaveBeenCalled()
  queue.hold(false)
  await settled()
  expect(run).toHaveBeenCalledOnce()
})
