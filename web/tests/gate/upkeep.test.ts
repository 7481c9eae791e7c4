import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Upkeep } from '../../src/gate/upkeep.svelte'
import { watchPulse } from '../../src/gate/pulse'
import { setClock } from '../../src/shared/now.svelte'
import { FakeGate } from '../fake-gate'

let gate: FakeGate
let upkeep: Upkeep
let stop: () => void
let renewals: number
let quiet: Promise<void>

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 27, 0, 0, 0) })
  setClock(Date.now)
  gate = new FakeGate()
  renewals = 0
  quiet = Promise.resolve()
  const parts = { device: gate.gate, reach: () => gate.reach(), quiet: () => quiet, renewed: () => (renewals += 1) }
  upkeep = new Upkeep(parts, { ...gate.known })
  stop = upkeep.start()
})
afterEach(() => {
  stop()
  vi.useRealTimers()
})

const wait = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)

test('a notice is fetched within a minute, again and again', async () => {
  await wait(0)
  const times: number[] = []
  for (let second = 0; second < 600; second += 1) {
    const before = gate.called('update').length
    await wait(1_000)
    if (gate.called('update').length > before) times.push(second)
  }
  const gaps = times.slice(1).map((time, at) => time - (times[at] ?? 0))
  expect(times.length).toBeGreaterThan(10)
  expect(Math.max(...gaps)).toBeLessThan(55)
})

test('without a node it says offline, keeps what waits and asks more often', async () => {
  gate.reachable = false
  gate.known.waiting = 3
  await upkeep.look()
  await wait(60_000)
  expect(upkeep.online).toBe(false)
  expect(upkeep.state?.waiting).toBe(3)
  expect(upkeep.renewFault).toBeNull()
  // The worker is not made to wait for a node that does not answer: scans would wait with it.
  expect(gate.called('update')).toHaveLength(0)
  expect(gate.called('upload')).toHaveLength(0)
  gate.reachable = true
  await wait(20_000)
  expect(upkeep.online).toBe(true)
  expect(upkeep.state?.waiting).toBe(0)
})

test('records go out in the background after a scan', async () => {
  await wait(0)
  await gate.gate.scan('x', 0, true)
  upkeep.recorded()
  await wait(1_500)
  expect(upkeep.state?.waiting).toBe(1)
  await wait(25_000)
  expect(gate.called('upload')).toHaveLength(1)
  expect(upkeep.state?.waiting).toBe(0)
})

test('the worker talks to the node when nobody is at the gate, unless somebody’s pass is newer than the data', async () => {
  await wait(0)
  const before = gate.called('update').length
  quiet = new Promise(() => undefined)
  await wait(50_000)
  expect(gate.called('update')).toHaveLength(before)
  expect(await upkeep.renew(true)).toBe(true)
  expect(gate.called('update')).toHaveLength(before + 1)
})

test('a clock more than 30 s off is warned of', async () => {
  await wait(0)
  expect(upkeep.clockWarns).toBe(false)
  gate.offset = -31_000
  await wait(60_000)
  expect(upkeep.offset).toBe(-31_000)
  expect(upkeep.clockWarns).toBe(true)
})

test('a gate that lost its accreditation says so', async () => {
  gate.accredited = false
  await upkeep.renew()
  expect(upkeep.renewFault?.slug).toBe('not_accredited')
  gate.accredited = true
  await upkeep.renew()
  expect(upkeep.renewFault).toBeNull()
  expect(renewals).toBeGreaterThan(0)
})

test('a worker without a sign of life is noticed, and one that refuses lives', async () => {
  const silent: string[] = []
  const never = (): Promise<unknown> => new Promise(() => undefined)
  let talks = true
  const ends = [
    watchPulse(() => Promise.reject(new Error('no')), () => false, () => silent.push('refuses')),
    watchPulse(never, () => false, () => silent.push('hangs')),
    watchPulse(never, () => talks, () => silent.push('talked')),
  ]
  await wait(40_000)
  expect(silent).toEqual(['hangs'])
  talks = false
  await wait(40_000)
  expect(silent).toEqual(['hangs', 'talked'])
  for (const end of ends) end()
})
