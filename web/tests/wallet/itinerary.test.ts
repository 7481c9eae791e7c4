import { screen, waitFor, within } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import fixture from '../../../device/src/wallet/tests/correction.v1.json?raw'
import { correctionFile, wordsWillDo } from '../../src/wallet/correction'
import { VENUE } from '../fake-device'
import { open } from './open'

const saved: { name: string; content: string }[] = []
vi.mock('../../src/shared/download', () => ({ download: (name: string, content: string) => saved.push({ name, content }) }))
afterEach(() => saved.splice(0))

test('the card names places without dates, the days it covers, when it was renewed, and what may be wrong', async () => {
  open('itinerary', 'itinerary')
  const card = within(await screen.findByRole('region', { name: '行程卡' }))
  expect(card.getByText('王＊＊ · 证件末两位 10')).toBeTruthy()
  expect(card.getByText('2026-11-19 至 2026-11-25')).toBeTruthy()
  expect(card.getByText('2026-11-26 09:30')).toBeTruthy()
  expect(card.getByText('江苏省苏州市').parentElement?.textContent).toContain('风险区')
  expect(card.getByText('上海市').parentElement?.textContent).not.toContain('风险区')
  expect(card.getByText(/跨境基站/)).toBeTruthy()
  await waitFor(() => expect(card.getByText('演示数据')).toBeTruthy())
})

test('a day of which nothing is known is no card, and a card without places says so', async () => {
  const { device } = open('green', 'itinerary')
  expect(await screen.findByText('没有行程记录')).toBeTruthy()
  device.wallet.itinerary = async (person) => ({ person, surname: '-', digits: '07', day: '2026-11-26', from: '2026-11-19', to: '2026-11-25', attester: null, taken: null, regions: [] })
  location.hash = '#/more'
  await screen.findByRole('link', { name: /行程卡/ })
  location.hash = '#/itinerary'
  const card = within(await screen.findByRole('region', { name: '行程卡' }))
  expect(card.getByText('没有停留满 4 小时的地区')).toBeTruthy()
  expect(card.getByText('证件末两位 07')).toBeTruthy()
  expect(screen.queryByText(/申请更正/)).toBeNull()
})

test('the shown card has a clock that ticks with its date, and nothing to save', async () => {
  open('itinerary', 'itinerary')
  await userEvent.click(await screen.findByRole('button', { name: '出示行程卡' }))
  expect((await screen.findByRole('timer')).textContent).toBe('2026-11-27 09:05:12')
  expect(document.documentElement.hasAttribute('data-showing')).toBe(true)
  expect(screen.queryByRole('button', { name: /保存|打印/ })).toBeNull()
  await userEvent.click(screen.getByRole('button', { name: '结束出示' }))
  await expect.poll(() => document.documentElement.hasAttribute('data-showing')).toBe(false)
})

test('who wants to show no place goes to the pass', async () => {
  open('itinerary', 'itinerary')
  await userEvent.click(await screen.findByRole('button', { name: '只证明不在风险区' }))
  await expect.poll(() => location.hash).toBe('#/pass')
})

test('a correction is prepared for the operator with the wrong place alone, and sent to nobody', async () => {
  const { device, requests } = open('itinerary', 'itinerary')
  const file = JSON.stringify({ network: '01', attester: VENUE, day: 20784, nym: 'ab', mask: 810 })
  device.wallet.nymCard = async (_, attester) => ({ attester, day: '2026-11-27', nym: 'ab', text: file })
  await userEvent.click(await screen.findByText('行程不对？申请更正'))
  const make = screen.getByRole('button', { name: '生成申请' })
  await userEvent.click(make)
  expect(await screen.findByText('请选择不对的地区')).toBeTruthy()
  await userEvent.click(screen.getByRole('checkbox', { name: '江苏省苏州市' }))
  await userEvent.click(screen.getByRole('radio', { name: '其他' }))
  await userEvent.click(make)
  expect(await screen.findByText('请说明哪里不对，最多 300 字')).toBeTruthy()
  await userEvent.type(screen.getByRole('textbox', { name: '说明' }), '没有下车')
  expect(screen.getByRole<HTMLInputElement>('textbox', { name: '运营商编号' }).value).toBe(VENUE)
  const before = requests.length
  await userEvent.click(make)
  await userEvent.click(await screen.findByRole('button', { name: '保存为文件' }))
  expect(saved.map((one) => one.name)).toEqual(['luyin-correction-2026-11-27.json'])
  const asked = JSON.parse(saved[0]?.content ?? '') as Record<string, unknown>
  expect(asked).toEqual({ version: 1, card: JSON.parse(file), itinerary_day: '2026-11-26', places: ['320500'], reason: 'other', words: '没有下车' })
  expect(screen.getByText(/新的行程卡取代这一张/)).toBeTruthy()
  expect(requests.slice(before).filter((path) => !/\/v1\/(clock|network|news)$/.test(path))).toEqual([])
  const sheet = document.querySelector('.sheet')
  expect(sheet?.textContent).toContain('江苏省苏州市')
  expect(sheet?.textContent).not.toContain('上海市')
  // What is changed afterwards is not in what was made.
  await userEvent.click(screen.getByRole('radio', { name: '漫游造成' }))
  expect(screen.queryByRole('button', { name: '保存为文件' })).toBeNull()
  expect(document.querySelector('.sheet')).toBeNull()
})

test('the page writes a request as the library does, to the byte', () => {
  const { card, itinerary_day, places, reason, words } = JSON.parse(fixture) as { card: unknown; itinerary_day: string; places: string[]; reason: 'other'; words: string }
  const nym = { attester: '', day: '', nym: '', text: JSON.stringify(card) }
  expect(correctionFile({ day: itinerary_day, places, reason, words }, nym)).toBe(fixture)
  expect(wordsWillDo('border', '')).toBe(true)
  expect(wordsWillDo('other', ' ')).toBe(false)
  expect(wordsWillDo('border', '字'.repeat(301))).toBe(false)
})
