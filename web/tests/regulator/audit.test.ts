import { expect, test } from 'vitest'
import { Audit } from '../../src/regulator/audit'
import { parseCheckpoint } from '../../src/regulator/checkpoint'
import { contradicts } from '../../src/regulator/contradiction'
import { csv } from '../../src/regulator/csv'
import { dayEnd, dayStart, inOrder, spanOf } from '../../src/regulator/days'
import { noteOf } from '../../src/regulator/name'
import * as shapes from '../../src/regulator/shapes'
import { slugOf } from '../../src/shared/fault'
import { CHECKPOINT, FakeRegulator, manualBytes } from '../fake-regulator'
import { AT } from '../setup'

const ALL = { gate: '', colour: null, from: '', to: '' } as const

test('cells that a spreadsheet would run are made text', () => {
  const rows = [['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', 'a,b', 'say "x"', -3, null]]
  const [, line] = csv(['h'], rows).split('\r\n')
  expect(line).toBe(`"'=1+1","'+1","'-1","'@SUM(A1)","'\tx","'\rx","a,b","say ""x""",-3,`)
})

test('a day is a Beijing day, both ends included', () => {
  expect(dayStart('2026-11-27')).toBe(Date.UTC(2026, 10, 26, 16))
  expect(dayEnd('2026-11-27')).toBe(Date.UTC(2026, 10, 27, 16) - 1)
  expect([dayStart('2026-02-30'), dayStart(''), dayStart('27.11.2026')]).toEqual([null, null, null])
  expect(spanOf({ from: '', to: '2026-11-27' })).toEqual({ to: Date.UTC(2026, 10, 27, 16) - 1 })
  expect(inOrder({ from: '2026-11-28', to: '2026-11-27' })).toBe(false)
  expect(inOrder({ from: '2026-11-28', to: '' })).toBe(true)
})

test('pages of one colour are filled from as many answers as it takes, and none is lost or shown twice', async () => {
  const device = new FakeRegulator(AT, 1_000)
  const audit = new Audit(device.regulator)
  const names: string[] = []
  let after: string | null = null
  do {
    const page: Awaited<ReturnType<Audit['records']>> = await audit.records({ ...ALL, colour: 'yellow' }, after)
    expect(page.rows.length).toBeLessThanOrEqual(50)
    names.push(...page.rows.map((row) => row.name))
    after = page.next
  } while (after !== null)
  const wanted = device.records.filter((one) => one.verdict.colour === 'yellow').map((one) => one.name)
  expect(names).toEqual(wanted)
})

test('gate and days go to the node, the colour does not', async () => {
  const device = new FakeRegulator(AT, 3)
  await new Audit(device.regulator).records({ gate: ' did:luyin:abc ', colour: 'red', from: '2026-11-27', to: '2026-11-27' }, null)
  const asked = new URL(device.asked[0]?.path ?? '', 'http://node').searchParams
  expect(Object.fromEntries(asked)).toEqual({ gate: 'did:luyin:abc', from: String(Date.UTC(2026, 10, 26, 16)), to: String(Date.UTC(2026, 10, 27, 16) - 1), limit: '200' })
})

test('an answer of another version is refused, not shown in part', () => {
  const slug = (act: () => unknown): string => {
    try {
      act()
      return 'none'
    } catch (thrown) {
      return slugOf(thrown as { slug: string })
    }
  }
  expect(slug(() => shapes.page({ records: [{ name: 'x' }] }))).toBe('other_version')
  expect(slug(() => shapes.page({ records: [{ name: 'x', step: 1, evidence: 'pass', bytes: '', verdict: { colour: 'blue', reason: '', zh: '', en: '' } }] }))).toBe('other_version')
  expect(slug(() => shapes.report({ report: btoa('{'), signer: '', signature: '' }))).toBe('other_version')
  expect(slug(() => shapes.findings([]))).toBe('other_version')
})

test('a checkpoint is taken apart, and what is none is refused', () => {
  const checkpoint = parseCheckpoint(CHECKPOINT)
  expect(checkpoint).toMatchObject({ origin: 'luyin.example/demo', size: 4711, root: '01'.repeat(32) })
  expect(checkpoint.extensions.get('time')).toBe('1795741500000')
  expect(checkpoint.signatures.map((one) => one.name)).toEqual(['luyin.example/demo'])
  for (const text of ['', 'a\n01\nAAAA\n\n— x y\n', CHECKPOINT.replace('4711', '-1'), CHECKPOINT.split('\n\n')[0] ?? '']) {
    expect(() => parseCheckpoint(text)).toThrow()
  }
})

test('the guard’s note is read out of a record of the manual lane alone', () => {
  expect(noteOf(manualBytes('let-in; emergency; 急救车'))).toBe('let-in; emergency; 急救车')
  expect(noteOf(btoa('\u0001\u0000\u0000\u0000\u0009\u0000\u0001rest'))).toBeNull()
})

test('a verdict contradicts its proof where it says the other thing', () => {
  const of = (colour: 'green' | 'yellow' | 'red', reason: string, proof: boolean, evidence = 'pass'): boolean =>
    contradicts({ evidence, verdict: { colour, reason, zh: '', en: '' } }, { proof })
  expect(of('green', 'proved', true)).toBe(false)
  expect(of('green', 'proved', false)).toBe(true)
  expect(of('yellow', 'walk_in_spent', false)).toBe(true)
  expect(of('red', 'expired', true)).toBe(false)
  expect(of('red', 'rejected', true)).toBe(true)
  expect(of('red', 'rejected', false)).toBe(false)
  expect(of('yellow', 'manual', false, 'manual')).toBe(false)
})
