import { screen } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'
import { setClock } from '../../src/shared/now.svelte'
import { Wallet } from '../../src/wallet/model.svelte'
import { Showing } from '../../src/wallet/showing.svelte'
import { FakeDevice, person, refusal, VENUE } from '../fake-device'
import { AT } from '../setup'
import { open } from './open'

async function shown(policy: number, at: 'anywhere' | { venue: string } = { venue: VENUE }): Promise<{ device: FakeDevice; showing: Showing }> {
  vi.useFakeTimers({ now: AT })
  setClock(Date.now)
  const device = new FakeDevice()
  device.people = [person('本人')]
  const showing = await Showing.take(new Wallet(device), '本人', at, policy)
  showing.begin()
  await vi.advanceTimersByTimeAsync(0)
  return { device, showing }
}

test('a new code comes at each step, signed a little before', async () => {
  const { device, showing } = await shown(1)
  const first = showing.code?.text
  expect(first).toContain(`S${Math.floor(AT / 30_000)}`)
  // 09:05:12; the step ends at :30, the next code is made at :24.
  await vi.advanceTimersByTimeAsync(12_500)
  expect(device.called('signPass')).toHaveLength(2)
  expect(showing.code?.text).toBe(first)
  await vi.advanceTimersByTimeAsync(5_500)
  expect(showing.code?.text).toContain(`S${Math.floor(AT / 30_000) + 1}`)
  expect(device.called('signPass')).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(30_000)
  expect(showing.code?.text).toContain(`S${Math.floor(AT / 30_000) + 2}`)
  showing.end()
  await vi.advanceTimersByTimeAsync(120_000)
  expect(device.called('signPass')).toHaveLength(3)
})

test('where the gate’s code is demanded nothing is shown before it is typed, and it is signed for', async () => {
  const { device, showing } = await shown(2)
  expect(showing.code).toBeNull()
  expect(device.called('signPass')).toHaveLength(0)
  showing.setGateCode(0)
  await vi.advanceTimersByTimeAsync(0)
  showing.setGateCode(42)
  await vi.advanceTimersByTimeAsync(0)
  expect(showing.code?.text).toMatch(/C42$/)
  showing.end()
})

test('a code that cannot be signed is taken away, not left standing', async () => {
  const { device, showing } = await shown(1)
  device.refuse('signPass', refusal('not_open'), refusal('not_open'))
  await vi.advanceTimersByTimeAsync(18_100)
  expect(showing.code).toBeNull()
  expect(showing.fault?.slug).toBe('not_open')
  showing.end()
})

test('a pass is over with its day, a walk-in with its block', async () => {
  const venue = await shown(1)
  expect(venue.showing.over(Date.UTC(2026, 10, 27, 15, 59))).toBe(false)
  expect(venue.showing.over(Date.UTC(2026, 10, 27, 16, 0))).toBe(true)
  venue.showing.end()
  const walkIn = await shown(1, 'anywhere')
  expect(walkIn.showing.over(Date.UTC(2026, 10, 27, 4, 14))).toBe(false)
  expect(walkIn.showing.over(Date.UTC(2026, 10, 27, 4, 15))).toBe(true)
  walkIn.showing.end()
})

test('the pass is shown on the page with its policy, its day, a clock and a code that can be named', async () => {
  const opened = open('green', 'pass')
  opened.online = false
  await userEvent.click(await screen.findByLabelText(/复工通行/))
  await userEvent.click(screen.getByRole('button', { name: '出示' }))
  expect(await screen.findByRole('img', { name: '复工通行通行二维码' })).toBeTruthy()
  expect(screen.getByRole('heading', { name: '复工通行' })).toBeTruthy()
  expect(screen.getByText('2026-11-27')).toBeTruthy()
  expect(screen.getByRole('timer').textContent).toContain('09:05:12')
})

test('no pass at hand: one can be made now', async () => {
  const { device } = open('noPass', 'pass')
  await userEvent.click(await screen.findByLabelText(/复工通行/))
  await userEvent.click(screen.getByRole('button', { name: '出示' }))
  await userEvent.click(await screen.findByRole('button', { name: '现在生成' }))
  expect(await screen.findByRole('img', { name: '复工通行通行二维码' })).toBeTruthy()
  expect(device.called('prove').some(([, wanted]) => (wanted as { policy: number | null }).policy === 1)).toBe(true)
})

test('the guard’s hint stands there where the policy shows the mask', async () => {
  open('green', 'pass')
  await userEvent.click(await screen.findByRole('button', { name: '出示' }))
  await userEvent.type(await screen.findByLabelText('闸机上的六位数字'), '１２３４５６')
  await userEvent.click(screen.getByRole('button', { name: '生成' }))
  expect(await screen.findByText(/王＊＊，证件末两位 10/)).toBeTruthy()
})
