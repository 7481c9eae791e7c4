import { screen, waitFor } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { setClock } from '../../src/shared/now.svelte'
import { refusal } from '../fake-device'
import { AT } from '../setup'
import { open } from './open'

async function fill(): Promise<void> {
  await userEvent.type(await screen.findByLabelText('体温'), '36.6')
  const [symptoms, contacts] = screen.getAllByLabelText('无')
  if (!symptoms || !contacts) throw new Error('two questions')
  await userEvent.click(symptoms)
  await userEvent.click(contacts)
}

const confirm = (): Promise<void> => userEvent.click(screen.getByLabelText('以上是我今天的真实情况'))
const send = (): Promise<void> => userEvent.click(screen.getByRole('button', { name: '提交打卡' }))

test('a check-in is confirmed, sent for the running half-day, and the draft is gone', async () => {
  const { device } = open('due', 'checkin')
  await fill()
  await send()
  expect(await screen.findByText('请勾选确认')).toBeTruthy()
  expect(device.called('checkin')).toHaveLength(0)
  await confirm()
  await send()
  expect(await screen.findByText('打卡完成')).toBeTruthy()
  expect(device.called('checkin')).toEqual([['本人', { temperature: '36.6', symptoms: [], contacts: [] }, 'current']])
  expect(device.people[0]?.draft).toBeNull()
})

test('"same as yesterday" fills in and still asks for the confirmation', async () => {
  const { device } = open('due', 'checkin')
  await userEvent.click(await screen.findByRole('button', { name: '与昨天相同' }))
  expect(screen.getByLabelText<HTMLInputElement>('体温').value).toBe('36.5')
  expect(screen.getByLabelText<HTMLInputElement>('以上是我今天的真实情况').checked).toBe(false)
  await send()
  expect(device.called('checkin')).toHaveLength(0)
})

test('what is typed is kept in the sealed wallet and survives a refusal', async () => {
  const { device } = open('due', 'checkin', (made) => made.refuse('checkin', refusal('policy-not-current')))
  await fill()
  await confirm()
  await send()
  expect(await screen.findByText('规则或账本刚刚更新')).toBeTruthy()
  expect(screen.getByLabelText<HTMLInputElement>('体温').value).toBe('36.6')
  expect(device.people[0]?.draft).toEqual({ form: { temperature: '36.6', symptoms: ['none'], contacts: ['none'] }, slot: device.slot })
})

test('an unfinished draft comes back as it was', async () => {
  open('draft', 'checkin')
  expect((await screen.findByLabelText<HTMLInputElement>('体温')).value).toBe('36.8')
  expect(screen.getByLabelText<HTMLInputElement>('干咳').checked).toBe(true)
})

test('without a connection it is kept, and goes out by itself when there is one', async () => {
  const { device } = open('due', 'checkin', (made) => made.refuse('checkin', refusal('unreachable')))
  await fill()
  await confirm()
  await send()
  expect(await screen.findByText('现在没有网络，已替您保存')).toBeTruthy()
  expect(device.people[0]?.draft).not.toBeNull()
  dispatchEvent(new Event('online'))
  await waitFor(() => expect(device.called('checkin')).toHaveLength(2))
  await waitFor(() => expect(device.people[0]?.draft).toBeNull())
})

test('right after the enrolment it waits for the ledger, and goes out by itself', async () => {
  const { device } = open('due', 'checkin', (made) => made.refuse('checkin', refusal('wait_for_epoch', { seconds: 0.2 })))
  await fill()
  await confirm()
  await send()
  expect(await screen.findByText('等待账本整理，会自动继续')).toBeTruthy()
  expect(screen.queryByRole('alert')).toBeNull()
  expect(await screen.findByText('打卡完成')).toBeTruthy()
  expect(device.called('checkin')).toHaveLength(2)
  expect(device.people[0]?.draft).toBeNull()
})

test('a form whose half-day has closed goes to the employer alone, and says so', async () => {
  const { device } = open('late', 'checkin')
  expect(await screen.findByText('这份打卡的时段已经截止')).toBeTruthy()
  expect(screen.queryByRole('button', { name: '提交打卡' })).toBeNull()
  await userEvent.click(screen.getByRole('button', { name: '作为补报发给单位' }))
  expect(await screen.findByText('补报已存入给单位的文件')).toBeTruthy()
  expect(device.called('checkin')).toHaveLength(0)
  expect(device.called('lateStatement')).toEqual([['本人', { temperature: '36.8', symptoms: [], contacts: [] }, device.slot - 2, AT]])
  expect(device.people[0]?.draft).toBeNull()
})

test('within ten minutes a form of the half-day before still counts', async () => {
  const { device } = open('draft', 'checkin')
  await screen.findByLabelText('体温')
  const noon = Date.UTC(2026, 10, 27, 4, 6)
  setClock(() => noon)
  device.now = noon
  expect(await screen.findByText(/10 分钟内仍可记入/)).toBeTruthy()
  await userEvent.click(screen.getByLabelText('干咳'))
  await userEvent.click(screen.getByLabelText('乏力'))
  await confirm()
  await send()
  await waitFor(() => expect(device.called('checkin')).toEqual([['本人', { temperature: '36.8', symptoms: ['fatigue'], contacts: [] }, 'previous']]))
})

test('no check-in without the consent for health', async () => {
  const { device } = open('noConsent', 'checkin')
  expect(await screen.findByText('打卡需要同意“健康信息”')).toBeTruthy()
  await userEvent.click(screen.getByRole('button', { name: '同意' }))
  expect(await screen.findByLabelText('体温')).toBeTruthy()
  expect(device.called('consent')).toEqual([['本人', 'health', 1, true, AT]])
})

test('a full storage is said aloud, and the page keeps what was typed', async () => {
  open('due', 'checkin', (made) => {
    for (let i = 0; i < 20; i += 1) made.refuse('saveDraft', refusal('storage_full'))
  })
  await fill()
  expect(await screen.findByText('草稿没能保存到钱包，请不要关闭本页')).toBeTruthy()
  expect(screen.getByLabelText<HTMLInputElement>('体温').value).toBe('36.6')
})

test('no answer of the form ever reaches the browser’s open storage', async () => {
  const { device } = open('due', 'checkin')
  await userEvent.type(await screen.findByLabelText('体温'), '38.8')
  await userEvent.click(screen.getByLabelText('腹泻'))
  await waitFor(() => expect(device.people[0]?.draft).not.toBeNull())
  const kept = JSON.stringify([{ ...localStorage }, { ...sessionStorage }])
  expect(kept).not.toContain('38.8')
  expect(kept).not.toContain('diarrhoea')
})
