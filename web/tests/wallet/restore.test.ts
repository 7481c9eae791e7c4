import { screen, waitFor, within } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { tick } from 'svelte'
import { expect, test } from 'vitest'
import { language } from '../../src/i18n/language.svelte'
import { person, refusal, type FakeDevice } from '../fake-device'
import { open } from './open'

const PASSPHRASE = 'the old passphrase'

async function fill(): Promise<void> {
  await userEvent.upload(await screen.findByLabelText('选择文件'), new File([new Uint8Array([1, 2, 3])], 'old.luyin'))
  const [field] = screen.getAllByLabelText<HTMLInputElement>('口令').slice(-1)
  if (!field) throw new Error('no field')
  await userEvent.clear(field)
  await userEvent.type(field, PASSPHRASE)
  await userEvent.click(screen.getByRole('button', { name: '恢复' }))
}

const dialog = (): Promise<HTMLElement> => screen.findByRole('dialog', { name: '用备份替换本机的钱包？' })
const press = async (name: string): Promise<void> => userEvent.click(within(await dialog()).getByRole('button', { name }))

const prepare = (device: FakeDevice): void => {
  device.inBackup = [person('妈妈')]
}

test('over an open wallet a backup is restored once somebody has read what is lost, and agreed', async () => {
  const { device } = open('family', 'backup', prepare)
  await userEvent.click(await screen.findByText('用备份恢复'))
  await fill()
  const asked = within(await dialog())
  expect(asked.getByText('本机的钱包里现在有：本人、妈妈、孩子')).toBeTruthy()
  expect(asked.getByText(/备份之后添加的人/)).toBeTruthy()
  expect(asked.getByText(/备份之后的同意/)).toBeTruthy()
  expect(asked.getByText(/打卡草稿/)).toBeTruthy()
  expect(asked.getByText(/备份之后的打卡，从账本补齐/)).toBeTruthy()
  expect(device.called('restore')).toHaveLength(0)
  await press('替换')
  expect(await screen.findByText('本时段还没有打卡')).toBeTruthy()
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(device.called('restore')).toEqual([[new Uint8Array([1, 2, 3]), PASSPHRASE, true]])
  expect(device.people.map((one) => one.label)).toEqual(['妈妈'])
  // The one that came out of it is kept up to date like any other.
  await waitFor(() => expect(device.called('sync').at(-1)).toEqual(['妈妈']))
})

test('who does not agree keeps everything, what was typed too', async () => {
  const { device } = open('green', 'backup')
  await userEvent.click(await screen.findByText('用备份恢复'))
  await fill()
  await press('取消')
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(screen.getByLabelText<HTMLInputElement>('口令').value).toBe(PASSPHRASE)
  expect(device.called('restore')).toHaveLength(0)
})

test('a wrong passphrase is said, leaves the wallet as it is, and the wallet goes on', async () => {
  const { device } = open('green', 'backup', (made) => made.refuse('restore', refusal('wrong_passphrase')))
  await waitFor(() => expect(device.called('prove')).toHaveLength(3))
  await userEvent.click(await screen.findByText('用备份恢复'))
  await fill()
  const before = device.called('sync').length
  await press('替换')
  expect(await screen.findByText('口令不对')).toBeTruthy()
  expect(screen.getByText('本机的钱包没有改变。')).toBeTruthy()
  expect(device.people.map((one) => one.label)).toEqual(['本人'])
  await waitFor(() => expect(device.called('sync').length).toBeGreaterThan(before))
})

test('a check-in that waits for a connection still goes out after a backup did not open', async () => {
  const { device } = open('due', 'checkin', (made) => made.refuse('checkin', refusal('unreachable')).refuse('restore', refusal('not_a_wallet')))
  await userEvent.click(await screen.findByRole('button', { name: '与昨天相同' }))
  await userEvent.click(screen.getByLabelText('以上是我今天的真实情况'))
  await userEvent.click(screen.getByRole('button', { name: '提交打卡' }))
  await screen.findByText('现在没有网络，已替您保存')
  location.hash = '/backup'
  await userEvent.click(await screen.findByText('用备份恢复'))
  await fill()
  await press('替换')
  expect(await screen.findByText('这不是钱包备份文件')).toBeTruthy()
  await waitFor(() => expect(device.called('checkin')).toHaveLength(2))
})

test('over a locked wallet it asks too, and does not say who is in it', async () => {
  const { device } = open('locked', 'today', prepare)
  await userEvent.click(await screen.findByText('用备份恢复'))
  await fill()
  expect(within(await dialog()).queryByText(/现在有/)).toBeNull()
  await press('替换')
  expect(await screen.findByText('本时段还没有打卡')).toBeTruthy()
  expect(device.called('restore')[0]?.[2]).toBe(true)
})

test('where there is no wallet nobody is asked, and none that came meanwhile is replaced', async () => {
  const { device } = open('setup')
  await userEvent.click(await screen.findByRole('button', { name: '用备份文件恢复' }))
  device.state.exists = true
  await fill()
  expect(await screen.findByText('本机已有钱包')).toBeTruthy()
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(device.called('restore')[0]?.[2]).toBe(false)
})

test('a damaged wallet is replaced without asking', async () => {
  const { device } = open('damaged')
  await screen.findByText('本机保存的钱包已损坏')
  device.refusals.clear()
  await fill()
  expect(await screen.findByText('本时段还没有打卡')).toBeTruthy()
  expect(device.called('restore')[0]?.[2]).toBe(true)
})

test('the question stands there in English too', async () => {
  open('green', 'backup')
  await userEvent.click(await screen.findByText('用备份恢复'))
  await fill()
  await dialog()
  language.choose('en')
  await tick()
  const asked = within(screen.getByRole('dialog', { name: 'Replace the wallet on this device?' }))
  expect(asked.getByText(/People added since the backup/)).toBeTruthy()
  expect(asked.getByRole('button', { name: 'Replace it' })).toBeTruthy()
})
