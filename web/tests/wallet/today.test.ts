import { screen, within } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { tick } from 'svelte'
import { expect, test } from 'vitest'
import { language } from '../../src/i18n/language.svelte'
import { open } from './open'

test.each([
  ['green', 'green', '可以通行', 'May pass'],
  ['yellow', 'yellow', '部分可通行', 'May pass in part'],
  ['red', 'red', '暂不可通行', 'May not pass'],
  ['unenrolled', 'grey', '尚不能判断', 'Cannot say yet'],
])('the colour of %s has an icon and a word, in both languages', async (scene, colour, zh, en) => {
  open(scene)
  const word = await screen.findByText(zh)
  const verdict = word.closest('[data-colour]')
  expect(verdict?.getAttribute('data-colour')).toBe(colour)
  expect(verdict?.querySelector('svg path')).toBeTruthy()
  language.choose('en')
  await tick()
  expect(verdict?.querySelector('strong')?.textContent).toBe(en)
})

test('a notice shows its class, clause, end, whom to ask and until when an answer is due', async () => {
  open('red')
  const notice = within(await screen.findByRole('region', { name: '关于您的风险告知' }))
  for (const text of ['密切接触', '密接流调记录', '传染病防治法 第三十九条', '2026-12-10', /向发布机关申诉/, /2026-11-27 17:05/]) expect(notice.getByText(text)).toBeTruthy()
  expect(screen.queryByRole('button', { name: '出示通行证' })).toBeNull()
})

test('why a policy is not met stands there clause by clause', async () => {
  open('yellow')
  await screen.findByText('部分可通行')
  expect(screen.getByText(/2026-11-25 起检测阴性/)).toBeTruthy()
  expect(screen.getAllByText('不满足').length).toBeGreaterThan(0)
})

test('each person of the family has a screen of their own', async () => {
  const { device } = open('family')
  await userEvent.click(await screen.findByRole('button', { name: '妈妈' }))
  expect(await screen.findByText('本时段还没有打卡')).toBeTruthy()
  expect(device.called('status').at(-1)?.[0]).toBe('妈妈')
})

test('interrupted work is finished at opening: the enrolment is looked for', async () => {
  const { device } = open('waiting')
  expect(await screen.findByText('登记台还没办完，会自动再查')).toBeTruthy()
  expect(device.called('finishEnrolment')[0]).toEqual(['本人'])
})

test('after syncing, passes are made: the company’s first, then walk-in blocks', async () => {
  const { device } = open('green')
  await screen.findByText('可以通行')
  await expect.poll(() => device.called('prove').length).toBe(3)
  const wanted = device.called('prove').map(([, one]) => one as { venues: string[]; walkInBlocks: number })
  expect(wanted.map((one) => one.walkInBlocks)).toEqual([0, 1, 2])
  expect(wanted[0]?.venues).toHaveLength(1)
})

test('an itinerary is not taken in before its own consent', async () => {
  const { device } = open('noConsent', 'attestations', (made) => {
    const one = made.people[0]
    if (one) one.attestations = [{ kind: 'itinerary', attester: 'did:luyin:x', day: '2026-11-27' }]
  })
  await userEvent.click(await screen.findByRole('button', { name: '同意' }))
  await expect.poll(() => device.called('absorb').length).toBe(1)
  const consent = device.calls.findIndex((call) => call.method === 'consent')
  expect(device.calls[consent]?.given.slice(0, 4)).toEqual(['本人', 'whereabouts', 1, true])
  expect(device.calls.findIndex((call) => call.method === 'absorb')).toBeGreaterThan(consent)
})
