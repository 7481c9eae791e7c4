import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Upkeep } from '../../src/gate/upkeep.svelte'
import { watchPulse } from '../../src/gate/pulse'
import { setClock } from '../../src/shared/now.svelte'
import { FakeGate } from '../fake-gate'

let gate: FakeGate
let upkeep: Upkeep
let stop: () => void
let renewals: number

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 27, 0, 0, 0) })
  setClock(Date.now)
  gate = new FakeGate()
  renewals = 0
  upkeep = new Upkeep({ device: gate.gate, renewed: () => (renewals += 1) }, { ...gate.known })
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
  expect(gate.called('update').length).toBeGreaterThanOrEqual(3)
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

test('a clock more than 30 s off is warned of', async () => {
  await wait(0)
  expect(upkeep.clockWarns).toBe(false)
  gate.offset = -31_000
  await upkeep.checkClock()
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
  let silent = 0
  const ends = [
    watchPulse(() => Promise.reject(new Error('no')), () => (silent += 100)),
    watchPulse(() => new Promise(() => undefined), () => (silent += 1)),
  ]
  await wait(120_000)
  expect(silent).toBe(1)
  for (const end of ends) end()
})
