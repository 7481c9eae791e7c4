import { screen, waitFor, within } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { setClock } from '../../src/shared/now.svelte'
import { refusal } from '../fake-device'
import { AT } from '../setup'
import { open } from './open'

const HOUR = 3_600_000

async function fill(): Promise<void> {
  await userEvent.click(await screen.findByRole('radio', { name: /已康复/ }))
  await userEvent.click(screen.getByRole('checkbox', { name: /我确认提交/ }))
}

test('a notice about me leads to the appeal, which needs a reason and a confirmation', async () => {
  const { device } = open('red')
  await userEvent.click(await screen.findByRole('button', { name: '提出申诉' }))
  await userEvent.click(await screen.findByRole('button', { name: '提交申诉' }))
  expect(screen.getByText('请选择一个理由')).toBeTruthy()
  expect(screen.getByText('请先确认')).toBeTruthy()
  expect(device.called('appeal')).toEqual([])
  await fill()
  await userEvent.click(screen.getByRole('button', { name: '提交申诉' }))
  const card = within(await screen.findByRole('article', { name: '申诉 4711' }))
  expect(device.called('appeal')).toEqual([['本人', '1f', 'recovered', null]])
  for (const text of ['等待答复', '还剩 8:00:00', '2026-11-27 17:05']) expect(card.getByText(text)).toBeTruthy()
  expect(screen.queryByRole('button', { name: '提交申诉' })).toBeNull()
})

test('a file is hashed here and not sent, and its code is shown', async () => {
  const { device } = open('red', 'appeal')
  await fill()
  await userEvent.upload(screen.getByLabelText('选择材料（可不选）'), new File(['abc'], 'result.pdf'))
  await userEvent.click(screen.getByRole('button', { name: '提交申诉' }))
  await screen.findByText('0123456789abcdef0123456789abcdef')
  expect(device.called('appeal')[0]?.[3]).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

test('what is not released yet says to come back, and the form is as it was', async () => {
  const { device } = open('red', 'appeal', (one) => one.refuse('appeal', refusal('appeal_not_yet')))
  await fill()
  await userEvent.click(screen.getByRole('button', { name: '提交申诉' }))
  expect(await screen.findByText('今天的核对值还没有公布')).toBeTruthy()
  expect((screen.getByRole('radio', { name: /已康复/ }) as HTMLInputElement).checked).toBe(true)
  await userEvent.click(screen.getByRole('button', { name: '提交申诉' }))
  await screen.findByRole('article', { name: '申诉 4711' })
  expect(device.called('appeal')).toHaveLength(2)
})

test('without a connection nothing is filed, and it is said', async () => {
  open('red', 'appeal', (one) => one.refuse('appeal', refusal('unreachable')))
  await fill()
  await userEvent.click(screen.getByRole('button', { name: '提交申诉' }))
  expect(await screen.findByText('连不上服务器')).toBeTruthy()
  expect(screen.queryByRole('article')).toBeNull()
})

test('the clock runs into overdue by itself, and an answer stands with its words', async () => {
  open('appealed', 'appeal')
  const card = within(await screen.findByRole('article', { name: '申诉 4711' }))
  expect(card.getByText('等待答复')).toBeTruthy()
  const older = within(screen.getByRole('article', { name: '申诉 4600' }))
  for (const text of ['申诉未获支持', '复核后仍有效', /逾期答复/]) expect(older.getByText(text)).toBeTruthy()
  setClock(() => AT + 8 * HOUR)
  await waitFor(() => expect(card.getByText('逾期未答复')).toBeTruthy(), { timeout: 3_000 })
})

test('today shows the clock of an appeal that was filed', async () => {
  open('appealed')
  const notice = within(await screen.findByRole('region', { name: '关于您的风险告知' }))
  expect(await notice.findByText(/等待答复 · 应于 2026-11-27 16:05 前答复/)).toBeTruthy()
  expect(notice.getByRole('button', { name: '查看申诉' })).toBeTruthy()
})

test('who is under no notice has nothing to appeal against', async () => {
  open('green', 'appeal')
  expect(await screen.findByText('目前没有关于您的告知，无需申诉。')).toBeTruthy()
})
