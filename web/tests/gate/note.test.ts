import { expect, test } from 'vitest'
import { noteFault, noteOf } from '../../src/gate/note'

test('a manual decision needs an outcome and a reason', () => {
  expect(noteFault({ outcome: null, reason: 'noPhone', note: '' })).toBe('needOutcome')
  expect(noteFault({ outcome: 'letIn', reason: null, note: '' })).toBe('needReason')
  expect(noteFault({ outcome: 'letIn', reason: 'other', note: '  ' })).toBe('needNote')
  expect(noteFault({ outcome: 'letIn', reason: 'noPhone', note: '' })).toBeNull()
})

test('telephone and ID numbers do not go into a record', () => {
  for (const note of ['13800138000', '138 0013 8000', '110101199003070X1', '1101011990030701X', '010-6552-9988']) {
    expect(noteFault({ outcome: 'letIn', reason: 'other', note })).toBe('noPersonal')
  }
  expect(noteFault({ outcome: 'letIn', reason: 'other', note: '120 急救车 2 辆, 07:30' })).toBeNull()
})

test('a note fits a record in bytes, not letters', () => {
  expect(noteFault({ outcome: 'letIn', reason: 'other', note: '字'.repeat(60) })).toBeNull()
  expect(noteFault({ outcome: 'letIn', reason: 'other', note: '字'.repeat(70) })).toBe('tooLong')
})

test('a note begins with codes that are the same in every language', () => {
  expect(noteOf({ outcome: 'turnedAway', reason: 'walkIns', note: ' 第五次\n' })).toBe('turned-away; walk-ins; 第五次')
  expect(noteOf({ outcome: 'letIn', reason: 'emergency', note: '' })).toBe('let-in; emergency')
})
