import { render, screen, waitFor, within } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'
import { language } from '../../src/i18n/language.svelte'
import Regulator from '../../src/regulator/Regulator.svelte'
import { setClock } from '../../src/shared/now.svelte'
import { appealAnswers, CHECKPOINT, FakeRegulator, REGULATOR } from '../fake-regulator'
import { AT } from '../setup'

let user: ReturnType<typeof userEvent.setup>
let device: FakeRegulator

beforeEach(() => {
  user = userEvent.setup()
  setClock(() => AT)
  device = new FakeRegulator(AT)
})

async function fill(passphrase: string): Promise<void> {
  await user.upload(screen.getByLabelText('密钥文件'), new File(['keys'], 'regulator.keys'))
  await user.clear(screen.getByLabelText('口令'))
  await user.type(screen.getByLabelText('口令'), passphrase)
  await user.clear(screen.getByLabelText('监管机构编号'))
  await user.type(screen.getByLabelText('监管机构编号'), REGULATOR)
  await user.click(screen.getByRole('button', { name: '打开' }))
}

async function open(): Promise<void> {
  render(Regulator, { device: device.regulator })
  await fill('right')
  await screen.findByRole('button', { name: '核验记录' })
}

const rows = (): HTMLElement[] => screen.getAllByRole('row').slice(1)

test('the key is opened with file, passphrase and identifier, and a wrong passphrase loses nothing typed', async () => {
  render(Regulator, { device: device.regulator })
  await user.click(screen.getByRole('button', { name: '打开' }))
  expect(screen.getByText('请选择密钥文件')).toBeTruthy()
  await fill('wrong')
  expect(await screen.findByText('口令不对')).toBeTruthy()
  expect((screen.getByLabelText('监管机构编号') as HTMLInputElement).value).toBe(REGULATOR)
  await fill('right')
  await screen.findByRole('button', { name: '核验记录' })
  await user.click(screen.getByRole('button', { name: '锁上' }))
  expect(device.opened).toBe(false)
  expect(screen.getByLabelText('口令')).toBeTruthy()
})

test('nothing of the passphrase is kept', async () => {
  await open()
  expect(JSON.stringify({ ...sessionStorage }) + JSON.stringify({ ...localStorage })).not.toContain('right')
})

test('records are filtered by verdict and turned page by page', async () => {
  await open()
  await user.click(screen.getByRole('button', { name: '查询' }))
  await screen.findByText(/第 1 页/)
  expect(rows()).toHaveLength(50)
  const first = rows()[0]?.textContent
  await user.click(screen.getByRole('button', { name: '下一页' }))
  await screen.findByText(/第 2 页/)
  expect(rows()[0]?.textContent).not.toBe(first)
  await user.click(screen.getByRole('button', { name: '上一页' }))
  await screen.findByText(/第 1 页/)
  expect(rows()[0]?.textContent).toBe(first)
  await user.selectOptions(screen.getByLabelText('结论'), 'yellow')
  await user.click(screen.getByRole('button', { name: '查询' }))
  await screen.findByText(/本页 22 条/)
  expect(rows().every((row) => row.dataset['colour'] === 'yellow')).toBe(true)
})

test('days in the wrong order are not asked for', async () => {
  await open()
  const from = screen.getByLabelText('从（日期）') as HTMLInputElement
  from.value = '2026-12-01'
  from.dispatchEvent(new Event('input', { bubbles: true }))
  await user.click(screen.getByRole('button', { name: '查询' }))
  expect(await screen.findByText('起始日期不能晚于结束日期')).toBeTruthy()
  expect(device.asked).toHaveLength(0)
})

test('a proof is verified here, and each of its public inputs is explained', async () => {
  for (const tongue of ['zh', 'en'] as const) {
    language.choose('zh')
    device = new FakeRegulator(AT)
    const { unmount } = render(Regulator, { device: device.regulator })
    await fill('right')
    await user.click(await screen.findByRole('button', { name: '查询' }))
    await screen.findByText(/第 1 页/)
    await user.click(within(rows()[0] ?? document.body).getByRole('button'))
    await user.click(await screen.findByRole('button', { name: '在本机复核' }))
    expect(await screen.findByText('证明成立')).toBeTruthy()
    expect(screen.getByText('确在锚定的批次中')).toBeTruthy()
    language.choose(tongue)
    await screen.findByText(tongue === 'zh' ? '证明成立' : 'The proof holds')
    const inputs = [...document.querySelectorAll('[data-input]')]
    expect(inputs.map((row) => (row as HTMLElement).dataset['input'])).toEqual(['root', 'policy', 'r0', 'r1', 'r2', 'day', 'scope', 'nym', 'rtag', 'mask_out', 'binding'])
    for (const row of inputs) {
      const [, words, value] = [...row.querySelectorAll('td')].map((cell) => cell.textContent?.trim() ?? '')
      expect(words?.length, words).toBeGreaterThan(15)
      expect(value).toMatch(/^[0-9a-f]{64}$/)
    }
    unmount()
  }
})

test('a gate whose green has no proof is called out', async () => {
  device.check = { ...device.check, proof: false }
  await open()
  await user.click(screen.getByRole('button', { name: '查询' }))
  await screen.findByText(/第 1 页/)
  await user.click(within(rows()[0] ?? document.body).getByRole('button'))
  await user.click(await screen.findByRole('button', { name: '在本机复核' }))
  expect(await screen.findByText('证明不成立')).toBeTruthy()
  expect(screen.getByRole('alert').textContent).toContain('请立案核查这台闸机')
})

test('a range is verified on the node, and what it finds leads to the record', async () => {
  device.disputed = [device.records[3]?.name ?? '']
  await open()
  await user.click(screen.getByRole('button', { name: '区间复核' }))
  await user.click(screen.getByRole('button', { name: '复核这一段' }))
  await screen.findByText('查了 130 条，130 个证明成立')
  await user.click(screen.getByRole('button', { name: `查看 ${device.disputed[0]}` }))
  await screen.findByText('一条核验记录')
  expect(screen.getByText('let-in; emergency; 急救车')).toBeTruthy()
})

test('authority actions show clause, evidence and both keys, and one key for two is called out', async () => {
  await open()
  await user.click(screen.getByRole('button', { name: '授权行为' }))
  await screen.findByText('传染病防治法第三十九条')
  expect(screen.getByText('密接流调记录')).toBeTruthy()
  expect(screen.getByRole('alert').textContent).toContain('两把钥匙相同')
  const files = screen.getByLabelText('与证据文件核对')
  await user.upload(files, new File(['abc'], 'evidence.pdf'))
  expect(await screen.findByText('文件与哈希一致')).toBeTruthy()
  await user.upload(files, new File(['abd'], 'evidence.pdf'))
  expect(await screen.findByText('文件与哈希不一致')).toBeTruthy()
  await user.selectOptions(screen.getByLabelText('种类'), 'policy')
  await waitFor(() => expect(screen.queryByText('传染病防治法第三十九条')).toBeNull())
  expect(screen.getByText('复工通行第一版')).toBeTruthy()
})

test('appeals are listed with their clock and figures, the overdue ones by choice alone', async () => {
  const answers = appealAnswers(AT)
  vi.stubGlobal('fetch', async (path: string) => new Response(answers[path.split('?')[0] ?? '']))
  await open()
  await user.click(screen.getByRole('button', { name: '申诉' }))
  const figures = within(await screen.findByRole('region', { name: '申诉统计' }))
  expect(figures.getByText('120 分钟')).toBeTruthy()
  expect(screen.getAllByRole('article')).toHaveLength(3)
  expect(screen.getByText('化验单弄混，已解除')).toBeTruthy()
  expect(screen.getByText('还剩 7:00:00')).toBeTruthy()
  await user.selectOptions(screen.getByLabelText('进展'), 'overdue')
  expect(screen.getAllByRole('article')).toHaveLength(1)
  expect(screen.getByText('已逾期 1:00:00')).toBeTruthy()
})

test('the checkpoint shows size, root, time and signature', async () => {
  vi.stubGlobal('fetch', async () => new Response(CHECKPOINT))
  await open()
  await user.click(screen.getByRole('button', { name: '检查点' }))
  await screen.findByText('4711')
  expect(screen.getByText('01'.repeat(32))).toBeTruthy()
  expect(screen.getByText('2026-11-27 09:05')).toBeTruthy()
  expect(screen.getByText(/^q83vEjRW/)).toBeTruthy()
})

test('the signature of the very checkpoint that is shown is verified here, and the network named whose keys were taken', async () => {
  vi.stubGlobal('fetch', async () => new Response(CHECKPOINT))
  await open()
  await user.click(screen.getByRole('button', { name: '检查点' }))
  await screen.findByText('签名在本机核对成立：是这个网络的节点签的')
  expect(device.signed).toEqual([CHECKPOINT])
  expect(screen.getByText('09'.repeat(32))).toBeTruthy()
  device.signature = { ...device.signature, holds: false }
  vi.stubGlobal('fetch', async () => new Response(CHECKPOINT.replace('4711', '4712')))
  await user.click(screen.getByRole('button', { name: '刷新' }))
  expect((await screen.findByRole('alert')).textContent).toContain('签名不成立')
  expect(screen.queryByText('签名在本机核对成立：是这个网络的节点签的')).toBeNull()
})

test('the signature of a report is verified here', async () => {
  await open()
  await user.click(screen.getByRole('button', { name: '签名报告' }))
  await user.click(screen.getByRole('button', { name: '制作报告' }))
  await screen.findByText('签名在本机核对成立：是这个网络的节点签的')
  const [report, signer, signature] = (device.signed[0] ?? '').split(' ')
  expect(JSON.parse(atob(report ?? ''))).toMatchObject({ notices_standing: 1 })
  expect([signer?.length, signature?.length]).toEqual([64, 128])
  device.signature = { ...device.signature, holds: false }
  await user.click(screen.getByRole('button', { name: '制作报告' }))
  expect((await screen.findByRole('alert')).textContent).toContain('签名不成立')
})

test('a report is made and kept exactly as it was signed', async () => {
  const saved: Blob[] = []
  vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: (blob: Blob) => String(saved.push(blob)), revokeObjectURL: () => undefined }))
  await open()
  await user.click(screen.getByRole('button', { name: '签名报告' }))
  await user.click(screen.getByRole('button', { name: '制作报告' }))
  await user.click(await screen.findByRole('button', { name: '下载报告（含签名）' }))
  const kept = JSON.parse((await saved[0]?.text()) ?? 'null') as { report: string; signature: string }
  expect(JSON.parse(atob(kept.report))).toMatchObject({ notices_standing: 1 })
  expect(kept.signature).toHaveLength(128)
})

test('the log of reads tells one’s own from others’', async () => {
  await open()
  await user.click(screen.getByRole('button', { name: '查询日志' }))
  await screen.findByText('/v1/audit/verify')
  expect(rows().filter((row) => row.textContent?.includes('您'))).toHaveLength(3)
})

test('an export holds all that was found, not the page alone', async () => {
  const saved: Blob[] = []
  vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: (blob: Blob) => String(saved.push(blob)), revokeObjectURL: () => undefined }))
  await open()
  await user.click(screen.getByRole('button', { name: '查询' }))
  await screen.findByText(/第 1 页/)
  await user.click(screen.getByRole('button', { name: '导出 CSV' }))
  await screen.findByText('已导出 130 条，与查询结果条数一致')
  expect((await saved[0]?.text())?.trim().split('\r\n')).toHaveLength(131)
})

test('a refusal names itself, and the search can be repeated', async () => {
  await open()
  device.refusals.push({ slug: 'refused', message: 'no', detail: { problem: 'role' } })
  await user.click(screen.getByRole('button', { name: '查询' }))
  await screen.findByText('这个机构没有所需的资格')
  await user.click(screen.getByRole('button', { name: '重试' }))
  await screen.findByText(/第 1 页/)
})

test('refused attempts show who signed, why they were refused and how often', async () => {
  await open()
  await user.click(screen.getByRole('button', { name: '授权行为' }))
  await screen.findByText('只有一种角色签署')
  expect(screen.getByText('告知没有证据')).toBeTruthy()
  expect(screen.getByText(/1317 次（内容不同，合并计数）/)).toBeTruthy()
  expect(screen.getByText('无人：没有一个签名成立')).toBeTruthy()
})
