import { screen, waitFor } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'
import { refusal } from '../fake-device'
import { open, type Opened } from './open'
import { Passkeys } from './passkeys'

let passkeys: Passkeys

beforeEach(() => {
  passkeys = new Passkeys()
})

const press = async (name: string): Promise<void> => userEvent.click(await screen.findByRole('button', { name }))

async function add(passphrase: string): Promise<void> {
  const field = await screen.findByLabelText('口令')
  await userEvent.clear(field)
  await userEvent.type(field, passphrase)
  await press('添加通行密钥')
}

async function added(): Promise<Opened> {
  const opened = open('green', 'settings')
  await add(opened.device.passphrase)
  await screen.findByText('下次可以用它打开钱包。请仍然记住口令。')
  return opened
}

test('a wrong passphrase makes no passkey, and the right one adds it', async () => {
  const { device } = open('green', 'settings')
  await add('guess')
  expect(await screen.findByText('口令不对')).toBeTruthy()
  expect(passkeys.made).toHaveLength(0)
  await add(device.passphrase)
  expect(await screen.findByText('已添加，可用指纹或面容打开')).toBeTruthy()
  expect(device.called('addPrf')).toEqual([[device.passphrase, passkeys.secret]])
  expect(passkeys.used).toHaveLength(0)
})

test('where the secret comes only with its use, the passkey just made is used and no other', async () => {
  passkeys.gives = 'when used'
  const { device } = await added()
  expect(passkeys.used.map(({ allowCredentials }) => allowCredentials)).toEqual([[{ type: 'public-key', id: passkeys.id }]])
  expect(device.called('addPrf')[0]?.[1]).toEqual(passkeys.secret)
})

test('a device without secrets says that the passphrase stays, and asks once', async () => {
  passkeys.gives = 'never'
  const { device } = open('green', 'settings')
  await add(device.passphrase)
  expect(await screen.findByText('这台设备的通行密钥打不开钱包')).toBeTruthy()
  expect([passkeys.made.length, passkeys.used.length]).toEqual([1, 0])
  expect(device.called('addPrf')).toHaveLength(0)
  expect(device.state.prf).toBe(false)
})

test('a page that may have no passkeys does not say to try again', async () => {
  passkeys.refuses = 'SecurityError'
  const { device } = open('green', 'settings')
  await add(device.passphrase)
  expect(await screen.findByText('请继续用口令打开，口令一直有效。')).toBeTruthy()
})

test('one that was lost gives way to another of the same owner', async () => {
  const { device } = await added()
  await userEvent.click(screen.getByText('换一把通行密钥'))
  passkeys.secret = new Uint8Array(32).fill(8)
  await add(device.passphrase)
  await waitFor(() => expect(device.called('addPrf')).toHaveLength(2))
  expect(device.called('addPrf')[1]?.[1]).toEqual(passkeys.secret)
  // The authenticator puts it in the place of the one before.
  const [first, second] = passkeys.made.map(({ user }) => user.id)
  expect(first).toHaveLength(16)
  expect(second).toEqual(first)
})

test('a passkey opens the wallet, without the passphrase', async () => {
  const { device } = open('locked')
  await press('用通行密钥打开')
  await waitFor(() => expect(device.called('open')).toEqual([[{ prf: passkeys.secret }]]))
  expect(passkeys.used[0]?.allowCredentials).toEqual([])
})

test.each([
  ['refused', 'NotAllowedError', '没有使用通行密钥'],
  ['another wallet’s', null, '这把通行密钥打不开这个钱包'],
])('a passkey that is %s opens nothing, and the passphrase does', async (_, refuses, said) => {
  passkeys.refuses = refuses
  const { device } = open('locked', 'today', (made) => refuses ?? made.refuse('open', refusal('wrong_prf')))
  await press('用通行密钥打开')
  expect(await screen.findByText(said)).toBeTruthy()
  expect(device.state.open).toBe(false)
  await userEvent.type(screen.getByLabelText('口令'), device.passphrase)
  await press('打开')
  await waitFor(() => expect(device.state.open).toBe(true))
})

test('where another window has the wallet, the same passkey opens it once that has let go', async () => {
  const { device } = open('locked', 'today', (made) => made.refuse('open', refusal('other_tab')))
  await press('用通行密钥打开')
  await screen.findByText('另一个窗口正在使用这个钱包')
  const [first] = screen.getAllByRole('button', { name: '打开' })
  await userEvent.click(first as HTMLElement)
  await waitFor(() => expect(device.called('open')).toEqual([[{ prf: passkeys.secret }], [{ prf: passkeys.secret }]]))
  expect(passkeys.used).toHaveLength(1)
})

test('a browser without passkeys offers none', async () => {
  vi.stubGlobal('PublicKeyCredential', undefined)
  open('locked')
  expect(await screen.findByLabelText('口令')).toBeTruthy()
  expect(screen.queryByRole('button', { name: '用通行密钥打开' })).toBeNull()
})
