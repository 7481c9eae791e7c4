import { render, screen, waitFor, within } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'
import App from '../../src/attester/App.svelte'
import { setClock } from '../../src/shared/now.svelte'
import { CARD, CLINIC, FakeAttester } from '../fake-attester'
import { AT } from '../setup'

let user: ReturnType<typeof userEvent.setup>
let device: FakeAttester

beforeEach(() => {
  user = userEvent.setup()
  localStorage.clear()
  setClock(() => AT)
  vi.stubGlobal('fetch', async () => new Response('{}', { status: 404 }))
  device = new FakeAttester(AT)
})

const button = (name: string | RegExp): HTMLElement => screen.getByRole('button', { name })
const press = (name: string | RegExp): Promise<void> => user.click(button(name))

async function open(): Promise<() => void> {
  const { unmount } = render(App, { connect: () => Promise.resolve(device) })
  await user.upload(await screen.findByLabelText('密钥文件'), new File(['keys'], 'clinic.keys'))
  await user.type(screen.getByLabelText('口令'), 'right')
  await user.clear(screen.getByLabelText('证明机构编号'))
  await user.type(screen.getByLabelText('证明机构编号'), CLINIC)
  await press('打开')
  await screen.findByText('开具哪一种证明')
  return unmount
}

async function card(text = CARD): Promise<void> {
  const field = screen.getByLabelText('或粘贴名片文字')
  await user.click(field)
  await user.paste(text)
  await press('读取名片')
}

/** Up to the last question. */
async function negative(): Promise<void> {
  await card()
  await screen.findByText('王')
  await press('一致')
  await user.click(screen.getByLabelText('阴性'))
  await press('下一步')
  await screen.findByText('确认后开具')
}

const stored = (): string => JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage })

test('a card is compared with the ID, a result confirmed, and the attestation shown for the wallet', async () => {
  await open()
  expect(screen.getByText(/今天已开 12 \/ 500/)).toBeTruthy()
  expect(screen.getByText(/今天的限额已用完/)).toBeTruthy()
  await negative()
  await press('开具')
  await screen.findByRole('img', { name: '给持有人钱包的证明码' })
  expect(device.made).toEqual([{ leaf: '01'.repeat(32), kind: 'test', day: '2026-11-27', value: 'negative' }])
  expect(device.posted).toEqual(['01'.repeat(32)])
  await press('下一位')
  expect((screen.getByLabelText('或粘贴名片文字') as HTMLTextAreaElement).value).toBe('')
})

test('the list holds no name, nym or result, and what it holds outlives the page', async () => {
  const leave = await open()
  await negative()
  await press('开具')
  await screen.findByRole('img', { name: '给持有人钱包的证明码' })
  const kept = stored()
  for (const secret of ['right', '王', '0a'.repeat(32), 'negative', '阴性', '21"']) expect(kept).not.toContain(secret)
  expect(kept).toContain('01'.repeat(32))
  leave()
  await open()
  await press('已开具')
  expect(await screen.findByText(/账本第 41 条/)).toBeTruthy()
})

test('a card that does not match the ID is let go, and one that is no card is refused by name', async () => {
  await open()
  await card('LY1:ABC')
  await screen.findByText('这不是持有人的名片')
  await user.clear(screen.getByLabelText('或粘贴名片文字'))
  await card('{"yesterday":1}')
  await screen.findByText('名片不是今天的')
  await user.clear(screen.getByLabelText('或粘贴名片文字'))
  await card()
  await screen.findByText('王')
  await press('不一致')
  await screen.findByText('取得持有人的名片')
  expect(device.made).toEqual([])
})

test.each([
  ['体温读数', '体温（°C）', ['36', '36.55', '29.9', '45.1'], '36.5', '请填写 30.0 至 45.0、一位小数'],
  ['接种', '已接种剂数', ['0', '16', '1.5', ''], '3', '请填写 1 至 15 的整数'],
  ['行程', '到过的地区编码', ['4201', 'japan'], '420100；JPN', '编码是六位数字或三个大写字母，用分号隔开'],
] as const)('%s takes what it means and nothing else', async (kind, label, wrong, right, fault) => {
  await open()
  await user.click(screen.getByLabelText(new RegExp(`^${kind}`)))
  await card()
  await screen.findByText('王')
  await press('一致')
  for (const text of wrong) {
    const field = screen.getByLabelText(label)
    await user.clear(field)
    if (text) await user.type(field, text)
    await press('下一步')
    expect(screen.getByText(fault), text).toBeTruthy()
  }
  await user.clear(screen.getByLabelText(label))
  await user.type(screen.getByLabelText(label), right)
  await press('下一步')
  await press('开具')
  await screen.findByRole('img', { name: '给持有人钱包的证明码' })
  expect(device.made.at(-1)?.value).toBe(right.replace('；', ';'))
})

test('a day to come is not taken', async () => {
  await open()
  await card()
  await screen.findByText('王')
  await press('一致')
  await user.click(screen.getByLabelText('阴性'))
  const day = screen.getByLabelText('日期（北京时间）') as HTMLInputElement
  day.value = '2026-11-28'
  day.dispatchEvent(new Event('input', { bubbles: true }))
  await press('下一步')
  expect(await screen.findByText('请选择今天或之前的日期')).toBeTruthy()
})

test('a post that nobody answered is repeated as it was, and stands in the list meanwhile', async () => {
  await open()
  await negative()
  device.refusals.push({ slug: 'unreachable', message: 'gone', detail: {} })
  await press('开具')
  await screen.findByText(/可能已写入账本/)
  expect(screen.queryByRole('button', { name: '返回' })).toBeNull()
  expect(stored()).toContain('begun')
  await press('开具')
  await screen.findByRole('img', { name: '给持有人钱包的证明码' })
  expect(device.made).toHaveLength(1)
  expect(device.posted).toEqual(['01'.repeat(32)])
  expect(stored()).not.toContain('begun')
})

test('what the ledger refuses is named and not in the list', async () => {
  await open()
  await negative()
  device.refusals.push({ slug: 'refused', message: 'no', detail: { problem: 'quota-exceeded', status: 403 } })
  await press('开具')
  await screen.findByText('今天的限额已用完')
  expect(stored()).not.toContain('begun')
})

test('an adverse result says what to do with it', async () => {
  await open()
  await card()
  await screen.findByText('王')
  await press('一致')
  await user.click(screen.getByLabelText('阳性'))
  await press('下一步')
  await press('开具')
  expect(await screen.findByText(/持有人可以不收/)).toBeTruthy()
})

test('one is withdrawn with a reason, once', async () => {
  await open()
  await negative()
  await press('开具')
  await screen.findByRole('img', { name: '给持有人钱包的证明码' })
  await press('已开具')
  await press(/^撤回/)
  const dialog = await screen.findByRole('dialog')
  await user.click(within(dialog).getByRole('button', { name: '撤回' }))
  expect(within(dialog).getByText(/请写明理由/)).toBeTruthy()
  await user.type(within(dialog).getByLabelText(/理由/), '样本混淆')
  await user.click(within(dialog).getByRole('button', { name: '撤回' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(device.withdrawn).toEqual([{ leaf: '01'.repeat(32), day: '2026-11-27', reason: '样本混淆' }])
  expect(screen.getByText(/已撤回/)).toBeTruthy()
  expect(screen.queryByRole('button', { name: /^撤回/ })).toBeNull()
})

test('an organisation without an accreditation is told so', async () => {
  device.terms = { day: 1, kinds: [] }
  render(App, { connect: () => Promise.resolve(device) })
  await user.upload(await screen.findByLabelText('密钥文件'), new File(['keys'], 'clinic.keys'))
  await user.type(screen.getByLabelText('口令'), 'right')
  await user.clear(screen.getByLabelText('证明机构编号'))
  await user.type(screen.getByLabelText('证明机构编号'), CLINIC)
  await press('打开')
  expect(await screen.findByText('这个机构没有开具证明的资格')).toBeTruthy()
})
