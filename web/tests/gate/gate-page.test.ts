import { render, screen, within } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import Gate from '../../src/gate/Gate.svelte'
import { language } from '../../src/i18n/language.svelte'
import { setClock } from '../../src/shared/now.svelte'
import { FakeGate, REASONS, type FakeReason } from '../fake-gate'

const said: string[] = []

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
  localStorage.setItem('luyin.gate.camera', '0')
  setClock(Date.now)
  language.choose('zh')
  said.length = 0
  class Utterance {
    lang = ''
    constructor(readonly text: string) {}
  }
  vi.stubGlobal('SpeechSynthesisUtterance', Utterance)
  vi.stubGlobal('speechSynthesis', { cancel: () => undefined, speak: (one: Utterance) => said.push(`${one.lang}: ${one.text}`) })
})
afterEach(() => vi.unstubAllGlobals())

function scanner(text: string, target: EventTarget = document.body): void {
  for (const key of [...text, 'Enter']) {
    const taken = !target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
    if (target instanceof HTMLInputElement && !taken && key !== 'Enter') target.value += key
  }
}

/** The node as the page itself asks it. */
function nodeOf(gate: FakeGate): void {
  vi.stubGlobal('fetch', async () => Response.json({ mode: 'development', network: '00', ...(await gate.reach()) }))
}

async function atPost(gate = new FakeGate()): Promise<FakeGate> {
  nodeOf(gate)
  render(Gate, { device: gate })
  await screen.findByText(/请出示通行码|Show your pass/)
  return gate
}

describe('every colour has an icon, a word and its reason', () => {
  const words = { green: ['放行', 'Let in'], yellow: ['人工核验', 'Check by hand'], red: ['不能通行', 'Not valid'], grey: ['无法判断', 'Cannot decide'] } as const
  for (const [reason, [colour, zh, en]] of Object.entries(REASONS)) {
    for (const tongue of ['zh', 'en'] as const) {
      test(`${reason} in ${tongue}`, async () => {
        language.choose(tongue)
        const gate = await atPost()
        gate.refuse('update', 'unreachable').refuse('update', 'unreachable')
        gate.decides('LY1:AAAA', reason as FakeReason)
        scanner('LY1:AAAA')
        const alert = await screen.findByRole('alert')
        expect(alert.dataset['colour']).toBe(colour)
        expect(alert.querySelector('svg path')).not.toBeNull()
        expect(within(alert).getAllByText(words[colour][tongue === 'zh' ? 0 : 1]).length).toBeGreaterThan(0)
        expect(within(alert).getAllByText(tongue === 'zh' ? zh : en).length).toBeGreaterThan(0)
      })
    }
  }
})

test('each colour has an icon of another shape', async () => {
  const shapes = new Set<string>()
  for (const reason of ['proved', 'walk_in_spent', 'expired', 'bundle_expired'] as const) {
    const gate = new FakeGate()
    nodeOf(gate)
    const { unmount } = render(Gate, { device: gate })
    await screen.findByText('请出示通行码')
    gate.decides('LY1:AAAA', reason)
    scanner('LY1:AAAA')
    const path = (await screen.findByRole('alert')).querySelector('path')
    shapes.add(path?.getAttribute('d') ?? '')
    unmount()
  }
  expect(shapes.size).toBe(4)
})

test('the guard is told what to hold against the ID', async () => {
  const gate = await atPost()
  gate.decides('LY1:PAPER', 'proved_compare_id')
  scanner('LY1:PAPER')
  const alert = await screen.findByRole('alert')
  expect(within(alert).getByText('请核对身份证')).toBeTruthy()
  expect(within(alert).getByText('王')).toBeTruthy()
  expect(within(alert).getByText('07')).toBeTruthy()
})

test('one code held up many times is decided once and counted once', async () => {
  const gate = await atPost()
  gate.decides('LY1:AAAA', 'proved')
  for (let i = 0; i < 5; i += 1) scanner('LY1:AAAA')
  await screen.findByRole('alert')
  expect(gate.called('scan')).toHaveLength(1)
  expect(document.querySelector('[data-count="green"] dd')?.textContent).toBe('1')
})

test('a stale bundle is said before anybody is scanned', async () => {
  const gate = new FakeGate()
  gate.reachable = false
  gate.known.bundle = { issued: Date.now() - 90_000_000, expires: Date.now() - 1_000 }
  await atPost(gate)
  const alert = screen.getByRole('alert')
  expect(alert.textContent).toContain('闸机数据已过期')
  expect(screen.getByText(/数据 25 小时前/)).toBeTruthy()
})

test('a dead worker fills the screen and is said aloud', async () => {
  const gate = await atPost()
  gate.die('unreachable code')
  const alert = await screen.findByRole('alert')
  expect(alert.textContent).toContain('扫码器坏了')
  expect(said).toEqual(['zh-CN: 注意，扫码器坏了，请改走人工通道。'])
})

test('it is said in English on an English page', async () => {
  language.choose('en')
  const gate = await atPost()
  gate.die('unreachable code')
  await screen.findByRole('alert')
  expect(said).toEqual(['en: Attention. The scanner is broken. Please use the manual lane.'])
})

test('nobody comes by the manual lane without a reason', async () => {
  const user = userEvent.setup()
  const gate = await atPost()
  await user.click(screen.getByRole('button', { name: '人工通道' }))
  await user.click(screen.getByRole('button', { name: '记录' }))
  expect((await screen.findByRole('alert')).textContent).toContain('请选择放行或劝返')
  await user.click(screen.getByRole('radio', { name: '放行' }))
  expect((await screen.findByRole('alert')).textContent).toContain('请选择原因')
  expect(gate.called('manual')).toHaveLength(0)
  await user.click(screen.getByRole('radio', { name: '没有手机或手机没电' }))
  await user.click(screen.getByRole('button', { name: '记录' }))
  await screen.findByText('已记录')
  expect(gate.called('manual').map(([note]) => note)).toEqual(['let-in; no-phone'])
})

test('a scanner works while the guard writes, and nothing written is lost', async () => {
  const user = userEvent.setup()
  const gate = await atPost()
  gate.decides('LY1:AAAA', 'proved')
  await user.click(screen.getByRole('button', { name: '人工通道' }))
  const note = screen.getByRole('textbox', { name: '补充说明' })
  await user.type(note, '担架')
  scanner('LY1:AAAA', note)
  await screen.findByRole('alert')
  expect((note as HTMLInputElement).value).toBe('担架')
})

test('a gate is set up, waits for the authority and begins by itself', async () => {
  const user = userEvent.setup()
  const gate = new FakeGate(Date.now, { ready: false, did: null, venue: null, policy: null, node: null, bundle: null })
  gate.accredited = false
  nodeOf(gate)
  render(Gate, { device: gate })
  await user.click(await screen.findByRole('button', { name: '生成密钥并登记' }))
  expect(screen.getByText('场所编号以 did:luyin: 开头')).toBeTruthy()
  expect(gate.called('enrol')).toHaveLength(0)
  await user.type(screen.getByLabelText('场所编号'), 'did:luyin:4TtCvts9marKrWNSe9y8cfVkxGmpCdKHeS7FtwWnSSeE')
  await user.click(screen.getByRole('button', { name: '生成密钥并登记' }))
  await screen.findByText('等待批准')
  expect(screen.getByText(gate.known.did ?? 'none')).toBeTruthy()
  await screen.findByRole('img', { name: '闸机编号的二维码' })
  await screen.findByText(/尚未批准/)
  gate.accredited = true
  dispatchEvent(new Event('focus'))
  await screen.findByText('请出示通行码')
})

test('the gate’s code stands where the policy demands it, and nowhere else', async () => {
  await atPost(new FakeGate(Date.now, { demands_code: true }))
  expect(screen.getByText('本闸机动态码')).toBeTruthy()
})

test('no code where the policy does not ask for one', async () => {
  await atPost()
  expect(screen.queryByText('本闸机动态码')).toBeNull()
})
