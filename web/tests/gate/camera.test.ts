import { render, screen } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'
import { openCamera } from '../../src/shared/scan/camera'
import type { DecoderWorker } from '../../src/shared/scan/decoder/decoder'
import type { FromDecoder, ToDecoder } from '../../src/shared/scan/decoder/messages'
import Gate from '../../src/gate/Gate.svelte'
import { FakeGate } from '../fake-gate'

/** A browser whose cameras are refused so. */
function refusing(name: string): void {
  const mediaDevices = Object.assign(new EventTarget(), { getUserMedia: () => Promise.reject(new DOMException('no', name)) })
  vi.stubGlobal('navigator', { onLine: true, mediaDevices })
}

test.each([
  ['NotAllowedError', 'camera_refused'],
  ['NotFoundError', 'no_camera'],
  ['OverconstrainedError', 'no_camera'],
  ['NotReadableError', 'camera_busy'],
  ['TypeError', 'camera_failed'],
])('%s is named %s', async (name, slug) => {
  refusing(name)
  await expect(openCamera(null)).rejects.toMatchObject({ slug })
})

test('a page without HTTPS is told so', async () => {
  vi.stubGlobal('navigator', { onLine: true })
  await expect(openCamera(null)).rejects.toMatchObject({ slug: 'camera_insecure' })
})

test('a chosen camera that is gone gives way to any other', async () => {
  const asked: unknown[] = []
  const getUserMedia = (wanted: MediaStreamConstraints): Promise<unknown> => {
    asked.push((wanted.video as MediaTrackConstraints).deviceId ?? null)
    return asked.length === 1 ? Promise.reject(new DOMException('gone', 'OverconstrainedError')) : Promise.resolve('stream')
  }
  vi.stubGlobal('navigator', { onLine: true, mediaDevices: { getUserMedia } })
  expect(await openCamera('usb-1')).toBe('stream')
  expect(asked).toEqual([{ exact: 'usb-1' }, null])
})

/** The worker that reads codes, as the page makes one. */
class FakeWorker implements DecoderWorker {
  static newest: FakeWorker
  static made = 0
  onmessage: ((event: MessageEvent<FromDecoder>) => void) | null = null
  onerror: ((event: ErrorEvent) => void) | null = null
  onmessageerror: ((event: MessageEvent) => void) | null = null
  constructor() {
    FakeWorker.newest = this
    FakeWorker.made += 1
  }
  postMessage(message: ToDecoder): void {
    this.say({ kind: 'answer', id: message.id, texts: [], ms: 1 })
  }
  terminate(): void {}
  say(data: FromDecoder): void {
    this.onmessage?.(new MessageEvent('message', { data }))
  }
}

const said: string[] = []
beforeEach(() => {
  FakeWorker.made = 0
  said.length = 0
  localStorage.setItem('luyin.gate.camera', '1')
})

async function filming(worker: unknown = FakeWorker): Promise<FakeGate> {
  vi.stubGlobal('Worker', worker)
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')))
  vi.stubGlobal('SpeechSynthesisUtterance', class { constructor(readonly text: string) {} })
  vi.stubGlobal('speechSynthesis', { cancel: () => undefined, speak: (one: { text: string }) => said.push(one.text) })
  const gate = new FakeGate()
  render(Gate, { device: gate })
  await screen.findAllByRole('button', { name: '人工通道' })
  return gate
}

test('a camera that is refused is named, with what to do and another way', async () => {
  refusing('NotAllowedError')
  await filming()
  expect(await screen.findByText('不能使用摄像头')).toBeTruthy()
  expect(screen.getByText(/浏览器的网站设置中允许摄像头/)).toBeTruthy()
  await userEvent.click(screen.getByRole('button', { name: '只用扫码枪' }))
  expect(screen.queryByText('不能使用摄像头')).toBeNull()
  expect(await screen.findByText('用扫码枪扫通行码')).toBeTruthy()
})

test('a browser without workers is broken, and says so once', async () => {
  refusing('NotAllowedError')
  await filming(null)
  expect((await screen.findByText('扫码器坏了')).closest('[role=alert]')?.textContent).toContain('Worker')
  expect(said).toHaveLength(1)
})

test('a decoder that dies is said aloud, scanners go on, and a tap starts another', async () => {
  refusing('NotReadableError')
  const gate = await filming()
  gate.decides('LY1:AAAA', 'proved')
  FakeWorker.newest.say({ kind: 'failed', why: 'memory access out of bounds' })
  expect((await screen.findByText('扫码器坏了')).closest('[role=alert]')?.textContent).toContain('memory access out of bounds')
  expect(said).toEqual(['注意，扫码器坏了，请改走人工通道。'])
  for (const key of [...'LY1:AAAA', 'Enter']) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
  expect(await screen.findByText('放行')).toBeTruthy()
  const made = FakeWorker.made
  await userEvent.click(screen.getByRole('button', { name: '重新启动识别' }))
  expect(screen.queryByText('扫码器坏了')).toBeNull()
  expect(FakeWorker.made).toBe(made + 1)
})
