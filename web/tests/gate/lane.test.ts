import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Lane } from '../../src/gate/lane.svelte'
import { Tally } from '../../src/gate/tally.svelte'
import type { Sound } from '../../src/gate/tones'
import { setClock } from '../../src/shared/now.svelte'
import { FakeGate } from '../fake-gate'

const NOON = Date.UTC(2026, 10, 27, 4, 0, 0)
let gate: FakeGate
let lane: Lane
let tally: Tally
let sounds: Sound[]
let renewed: boolean
let silent: number

beforeEach(() => {
  localStorage.clear()
  vi.useFakeTimers({ now: NOON })
  setClock(Date.now)
  gate = new FakeGate()
  tally = new Tally()
  sounds = []
  renewed = false
  silent = 0
  lane = new Lane({
    device: gate.gate,
    signal: { give: (sound) => sounds.push(sound) },
    tally,
    online: () => true,
    renew: async () => renewed,
    recorded: () => undefined,
    silent: () => (silent += 1),
  })
})
afterEach(() => {
  lane.stop()
  vi.useRealTimers()
})

const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)
const colour = (): string | null => (lane.shown?.kind === 'verdict' ? lane.shown.scan.colour : (lane.shown?.kind ?? null))

test('a code is decided once while it is held up, whatever the step', async () => {
  gate.decides('LY1:A', 'proved')
  for (let i = 0; i < 400; i += 1) {
    lane.read('LY1:A', 'camera')
    await settle(100)
  }
  expect(gate.called('scan')).toHaveLength(1)
  expect(tally.of(NOON).green).toBe(1)
})

test('the same code again in its step shows no second green', async () => {
  gate.decides('LY1:A', 'proved')
  lane.read('LY1:A', 'camera')
  await settle(4_000)
  expect(lane.shown).toBeNull()
  lane.read('LY1:A', 'camera')
  await settle()
  expect(gate.called('scan')).toHaveLength(1)
  expect(lane.shown).toBeNull()
  expect(lane.again).toEqual({ colour: 'green', at: NOON })
  expect(sounds).toEqual(['green', 'again'])
})

test('the same code after its step is decided by the gate', async () => {
  gate.decides('LY1:A', 'proved', 'expired')
  lane.read('LY1:A', 'camera')
  await settle(90_000)
  lane.read('LY1:A', 'camera')
  await settle()
  expect(colour()).toBe('red')
})

test('it goes back to scanning by itself, and no tap lies between two people', async () => {
  gate.decides('LY1:A', 'proved').decides('LY1:B', 'proved')
  lane.read('LY1:A', 'camera')
  await settle(1_000)
  lane.read('LY1:B', 'camera')
  await settle()
  expect(gate.called('scan')).toHaveLength(2)
  await settle(2_500)
  expect(lane.shown).toBeNull()
})

test('the next person’s green does not hide a red that nobody has seen yet', async () => {
  gate.decides('LY1:A', 'expired').decides('LY1:B', 'proved')
  lane.read('LY1:A', 'camera')
  await settle(800)
  lane.read('LY1:B', 'camera')
  await settle()
  expect(colour()).toBe('red')
  await settle(1_000)
  lane.read('LY1:B', 'camera')
  await settle()
  expect(colour()).toBe('green')
})

test('the guard holds a verdict as long as it takes', async () => {
  gate.decides('LY1:A', 'expired').decides('LY1:B', 'proved')
  lane.read('LY1:A', 'camera')
  await settle()
  lane.hold()
  await settle(600_000)
  lane.read('LY1:B', 'camera')
  await settle()
  expect(colour()).toBe('red')
  lane.release()
  expect(lane.shown).toBeNull()
})

test('a trigger that was pulled too early is not lost', async () => {
  gate.decides('LY1:A', 'walk_in_spent').decides('LY1:B', 'proved')
  lane.read('LY1:A', 'scanner')
  await settle(200)
  lane.read('LY1:B', 'scanner')
  await settle(1_000)
  expect(colour()).toBe('yellow')
  await settle(1_000)
  expect(colour()).toBe('green')
})

test('a pass newer than the gate’s data is decided anew once they are fetched', async () => {
  gate.decides('LY1:A', 'bundle_behind', 'proved')
  renewed = true
  lane.read('LY1:A', 'camera')
  await settle()
  expect(colour()).toBe('green')
  expect(tally.of(NOON)).toMatchObject({ green: 1, grey: 0 })
  expect(sounds).toEqual(['green'])
})

test('without newer data it stays grey, until there are some', async () => {
  gate.decides('LY1:A', 'bundle_behind', 'proved')
  lane.read('LY1:A', 'camera')
  await settle()
  expect(colour()).toBe('grey')
  await settle(9_000)
  lane.forgetUndecided()
  lane.read('LY1:A', 'camera')
  await settle()
  expect(colour()).toBe('green')
})

test('a decision that cannot be recorded lets nobody in and counts for nothing', async () => {
  gate.decides('LY1:A', 'proved').refuse('scan', 'gate_disk')
  lane.read('LY1:A', 'camera')
  await settle()
  expect(lane.shown).toMatchObject({ kind: 'failed', fault: { slug: 'gate_disk' } })
  expect(tally.total(NOON)).toBe(0)
  expect(sounds).toEqual(['grey'])
})

test('a worker that does not answer a scan is reported', async () => {
  gate.hangs = true
  lane.read('LY1:A', 'camera')
  await settle(13_000)
  expect(silent).toBe(1)
})

test('counts survive a reload and end with the Beijing day', () => {
  tally.add('green', NOON)
  tally.add('manual', NOON)
  expect(new Tally().of(NOON)).toMatchObject({ green: 1, manual: 1 })
  expect(new Tally().of(Date.UTC(2026, 10, 27, 16, 0, 0)).green).toBe(0)
})
