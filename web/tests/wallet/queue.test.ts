import { expect, test, vi } from 'vitest'
import { Queue, type Job } from '../../src/wallet/queue.svelte'
import { refusal } from '../fake-device'

const job = (key: string, run: Job['run'], more: Partial<Job> = {}): Job => ({ key, kind: 'prove', who: null, run, ...more })
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

/** A job in portions, each of which ends when it is told to. */
function portions(key: string, count: number) {
  let end = (): void => undefined
  let left = count
  const run = vi.fn(async () => {
    await new Promise<void>((resolve) => (end = resolve))
    left -= 1
    return left > 0 ? ('more' as const) : undefined
  })
  return { job: job(key, run), run, end: (): Promise<void> => settled().then(() => end()).then(settled) }
}

test('between two portions something urgent goes first, and then the rest before what waits behind it', async () => {
  vi.useFakeTimers()
  const queue = new Queue()
  const done: string[] = []
  const long = portions('long', 3)
  queue.add(long.job)
  queue.add(job('behind', async () => void done.push(`behind after ${long.run.mock.calls.length}`)))
  await long.end()
  queue.add(job('urgent', async () => void done.push(`urgent after ${long.run.mock.calls.length}`), { urgent: true }))
  await long.end()
  await long.end()
  expect(done).toEqual(['urgent after 2', 'behind after 3'])
  expect(queue.shown).toEqual([])
})

test('a job in portions is one line whose progress goes on', async () => {
  vi.useFakeTimers()
  const queue = new Queue()
  const long = portions('long', 2)
  queue.add(long.job)
  queue.note({ task: 'prove', done: 2, total: 4 })
  await long.end()
  expect(queue.shown).toMatchObject([{ key: 'long', state: 'running', progress: { done: 2 } }])
  await long.end()
  queue.add(portions('long', 1).job)
  expect(queue.shown).toMatchObject([{ key: 'long', state: 'running', progress: null }])
})

test('while somebody waits for the device no portion is begun, not even between their calls', async () => {
  vi.useFakeTimers()
  const queue = new Queue()
  const long = portions('long', 2)
  queue.add(long.job)
  let made = (): void => undefined
  const waited = queue.first(() => new Promise<void>((resolve) => (made = resolve)))
  await long.end()
  expect(long.run).toHaveBeenCalledTimes(1)
  made()
  await waited
  expect(long.run).toHaveBeenCalledTimes(2)
})

test('what is to run alone waits for the portion that runs, and nothing is begun beside it', async () => {
  vi.useFakeTimers()
  const queue = new Queue()
  const long = portions('long', 2)
  const urgent = vi.fn(async () => undefined)
  queue.add(long.job)
  const work = vi.fn(async () => {
    queue.add(job('urgent', urgent, { urgent: true }))
    await settled()
    expect(urgent).not.toHaveBeenCalled()
  })
  const alone = queue.alone(work)
  await settled()
  expect(work).not.toHaveBeenCalled()
  await long.end()
  await alone
  expect(work).toHaveBeenCalledOnce()
  await settled()
  expect(urgent).toHaveBeenCalledOnce()
  expect(long.run).toHaveBeenCalledTimes(2)
})

test('what is forgotten while a portion runs ends with it, whether it went well or not', async () => {
  vi.useFakeTimers()
  const queue = new Queue()
  const long = portions('long', 2)
  queue.add(long.job)
  queue.clear()
  await long.end()
  expect(queue.shown).toEqual([])
  let fail = (): void => undefined
  queue.add(job('failing', () => new Promise((_, reject) => (fail = () => reject(refusal('not_open'))))))
  queue.clear()
  fail()
  await settled()
  expect(queue.shown).toEqual([])
})
