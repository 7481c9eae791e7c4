import { expect, test } from 'vitest'
import { blockAt, clock, day, left, moment, slotAt, slotName, slotStart, stepAt, stepLeft } from '../../src/shared/time'
import { AT } from '../setup'

test('days and hours are Beijing’s', () => {
  expect(moment(AT)).toBe('2026-11-27 09:05')
  expect(day(Date.UTC(2026, 10, 27, 16, 0))).toBe('2026-11-28')
  expect(clock(Date.UTC(2026, 10, 27, 15, 59))).toBe('23:59')
})

test('a half-day begins at midnight and at noon in Beijing', () => {
  const slot = slotAt(AT)
  expect(slot).toBe(41_568)
  expect(slotName(slot)).toEqual({ day: '2026-11-27', half: 'am' })
  expect(slotName(slot + 1)).toEqual({ day: '2026-11-27', half: 'pm' })
  expect(moment(slotStart(slot + 1))).toBe('2026-11-27 12:00')
  expect(slotAt(slotStart(slot + 1) - 1)).toBe(slot)
})

test('the number of a half-day is the ledger’s', () => {
  expect(slotAt(1_795_769_936_947)).toBe(41_569)
})

test('a step is thirty seconds, a block four hours', () => {
  expect(stepAt(29_999)).toBe(0)
  expect(stepAt(30_000)).toBe(1)
  expect(stepLeft(30_001)).toBe(29_999)
  expect(blockAt(Date.UTC(2026, 10, 26, 16, 0)) % 6).toBe(0)
})

test('what is left is read like a clock', () => {
  expect(left(3_723_000)).toBe('1:02:03')
  expect(left(61_000)).toBe('1:01')
  expect(left(-5)).toBe('0:00')
})
