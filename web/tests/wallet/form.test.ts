import { expect, test } from 'vitest'
import { deskCode, grouped } from '../../src/wallet/deskcode'
import { EMPTY, fromForm, isEmpty, missing, temperature, toDraft, toForm } from '../../src/wallet/form'
import { strength } from '../../src/wallet/strength'

test.each([
  ['36.5', '36.5'],
  ['34.0', '34.0'],
  ['43.0', '43.0'],
  ['３６．５', '36.5'],
  [' 36,5 ', '36.5'],
  ['36。5', '36.5'],
])('%s is a temperature', (text, read) => {
  expect(temperature(text)).toBe(read)
})

test.each(['33.9', '43.1', '36', '36.55', '365', '-6.5', '', '3.65', 'abc'])('%s is no temperature of the form', (text) => {
  expect(temperature(text)).toBeNull()
})

test('silence is no answer: "none" has to be said', () => {
  expect(missing({ ...EMPTY, temperature: '36.5' })).toEqual({ temperature: false, symptoms: true, contacts: true })
  expect(missing({ ...EMPTY, temperature: '36.5', noSymptoms: true, noContacts: true })).toEqual({ temperature: false, symptoms: false, contacts: false })
})

test('a draft comes back as it was, complete or not', () => {
  const filling = { ...EMPTY, temperature: '36.', noContacts: true, symptoms: ['fatigue'] }
  expect(fromForm(toDraft(filling), false)).toEqual(filling)
  expect(fromForm(toDraft(EMPTY), false)).toEqual(EMPTY)
  expect(isEmpty(fromForm(toDraft(EMPTY), false))).toBe(true)
})

test('what is sent names symptoms alone, and a sent form without any meant none', () => {
  const sent = toForm({ ...EMPTY, temperature: '３６．５', noSymptoms: true, contacts: ['cluster'] })
  expect(sent).toEqual({ temperature: '36.5', symptoms: [], contacts: ['cluster'] })
  expect(fromForm(sent, true)).toMatchObject({ noSymptoms: true, noContacts: false })
})

test('a desk code is sixteen letters however it is typed', () => {
  expect(deskCode(' abcd-efgh ijkl MNOP ')).toBe('ABCDEFGHIJKLMNOP')
  expect(deskCode('ABCD EFGH IJKL MNO')).toBeNull()
  expect(deskCode('ABCD EFGH IJKL MNOU')).toBeNull()
  expect(grouped('abcdefghi')).toBe('ABCD EFGH I')
  expect(grouped('abcdefghijklmnopqr')).toBe('ABCD EFGH IJKL MNOP')
})

test.each([
  ['', 0],
  ['abc12', 0],
  ['password123', 1],
  ['aaaaaaaaaaaaaaaa', 1],
  ['12345678901234', 1],
  ['turnip lantern cloud spoon', 3],
  ['今天下雨我忘了带伞', 3],
] as const)('the strength of %s is %d', (text, level) => {
  expect(strength(text)).toBe(level)
})
