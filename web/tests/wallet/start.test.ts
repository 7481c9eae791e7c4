import { screen } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { refusal } from '../fake-device'
import { open } from './open'

test('another window has the wallet: it says so and offers to take over', async () => {
  const { device } = open('green', 'today', (made) => made.refuse('state', refusal('other_tab'), refusal('other_tab')))
  expect(await screen.findByText('另一个窗口正在使用这个钱包')).toBeTruthy()
  const other = new BroadcastChannel('luyin.wallet')
  const asked = new Promise((resolve) => {
    other.onmessage = (event) => {
      resolve(event.data)
      other.postMessage('released')
    }
  })
  await userEvent.click(screen.getByRole('button', { name: '在这里接管' }))
  expect(await asked).toBe('release')
  expect(await screen.findByText('可以通行')).toBeTruthy()
  expect(device.called('state').length).toBeGreaterThan(1)
  other.close()
})

test('asked to let go, the window locks and says where the wallet went', async () => {
  const { device } = open('green')
  await screen.findByText('可以通行')
  const other = new BroadcastChannel('luyin.wallet')
  other.postMessage('release')
  expect(await screen.findByText('钱包已在另一个窗口打开')).toBeTruthy()
  expect(device.called('lock')).toHaveLength(1)
  other.close()
})

test('a damaged wallet says so and offers the backup', async () => {
  const { device } = open('damaged')
  expect(await screen.findByText('本机保存的钱包已损坏')).toBeTruthy()
  device.refusals.clear()
  const file = new File([new Uint8Array([1, 2, 3])], 'old.luyin')
  await userEvent.upload(await screen.findByLabelText('选择文件'), file)
  await userEvent.type(screen.getByLabelText('口令'), 'the old passphrase')
  await userEvent.click(screen.getByRole('button', { name: '恢复' }))
  expect(await screen.findByText('可以通行')).toBeTruthy()
  expect(device.called('restore')[0]?.[1]).toBe('the old passphrase')
})

test('a wrong passphrase keeps what was typed and says what to do', async () => {
  const { device } = open('locked')
  const field = await screen.findByLabelText<HTMLInputElement>('口令')
  await userEvent.type(field, 'guess')
  await userEvent.click(screen.getByRole('button', { name: '打开' }))
  expect(await screen.findByText('口令不对')).toBeTruthy()
  expect(field.value).toBe('guess')
  device.people = []
  await userEvent.clear(field)
  await userEvent.type(field, device.passphrase)
  await userEvent.click(screen.getByRole('button', { name: '打开' }))
  expect(await screen.findByText('您是谁')).toBeTruthy()
})

test('a weak passphrase makes no wallet', async () => {
  const { device } = open('setup')
  await userEvent.click(await screen.findByRole('button', { name: '新建钱包' }))
  const [first, again] = screen.getAllByLabelText<HTMLInputElement>(/口令|再输一次/)
  if (!first || !again) throw new Error('two fields')
  await userEvent.type(first, 'password1')
  await userEvent.type(again, 'password1')
  expect(screen.getByRole('button', { name: '建立钱包' })).toHaveProperty('disabled', true)
  await userEvent.clear(first)
  await userEvent.clear(again)
  await userEvent.type(first, 'turnip lantern cloud spoon')
  await userEvent.type(again, 'turnip lantern cloud spoon')
  await userEvent.click(screen.getByRole('button', { name: '建立钱包' }))
  expect(await screen.findByText('您是谁')).toBeTruthy()
  expect(device.called('create')).toEqual([[{ passphrase: 'turnip lantern cloud spoon' }, location.origin]])
})

test('no network at the start: the wallet opens and says that it is offline', async () => {
  const opened = open('green')
  opened.online = false
  expect(await screen.findByText(/当前离线/)).toBeTruthy()
  expect(screen.getByText('可以通行')).toBeTruthy()
})
