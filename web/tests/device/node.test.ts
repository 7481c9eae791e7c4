import { expect, test } from 'vitest'
import { mustBeFresh, timeoutOf } from '../../src/device/node'

test('nobody waits at a gate for a node that does not answer', () => {
  expect(timeoutOf('https://node.example/v1/gate/walk-ins')).toBe(2_000)
  expect(timeoutOf('https://node.example/base/v1/gate/walk-ins')).toBe(2_000)
  expect(timeoutOf('https://node.example/v1/gate/bundle')).toBe(8_000)
  expect(timeoutOf('https://node.example/v1/policies?gate=/v1/gate/')).toBe(60_000)
})

test('the checkpoint is asked for anew each time, tiles may come from the browser’s cache', () => {
  expect(mustBeFresh('https://node.example/checkpoint')).toBe(true)
  expect(mustBeFresh('https://node.example/forest/notes/0/000.p/3')).toBe(false)
})
