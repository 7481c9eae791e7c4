import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Decoder, type DecoderWorker } from '../../src/shared/scan/decoder/decoder'
import type { FromDecoder, ToDecoder } from '../../src/shared/scan/decoder/messages'

class FakeWorker implements DecoderWorker {
  onmessage: ((event: MessageEvent<FromDecoder>) => void) | null = null
  onerror: ((event: ErrorEvent) => void) | null = null
  onmessageerror: ((event: MessageEvent) => void) | null = null
  readonly heard: ToDecoder[] = []
  answers = true
  ended = false
  postMessage(message: ToDecoder): void {
    this.heard.push(message)
    if (this.answers) this.say({ kind: 'answer', id: message.id, texts: message.kind === 'ping' ? [] : ['LY1:X'], ms: 5 })
  }
  terminate(): void {
    this.ended = true
  }
  say(data: FromDecoder): void {
    this.onmessage?.(new MessageEvent('message', { data }))
  }
}

let worker: FakeWorker
let dead: string[]
let read: string[]
const frame = (): ImageBitmap => ({ width: 1_280, height: 720, close: vi.fn() })

function decoder(): Decoder {
  return new Decoder(() => worker, { onread: (texts) => read.push(...texts), ondead: (why) => dead.push(why) })
}

beforeEach(() => {
  vi.useFakeTimers()
  worker = new FakeWorker()
  dead = []
  read = []
})
afterEach(() => vi.useRealTimers())

test('a frame is read once the decoder is loaded, and not before', () => {
  const one = decoder()
  const early = frame()
  one.look(early)
  expect(early.close).toHaveBeenCalled()
  worker.say({ kind: 'ready', wasm: '/reader.wasm' })
  one.look(frame())
  expect(read).toEqual(['LY1:X'])
  one.stop()
})

test('a decoder that does not answer is dead within seconds', () => {
  decoder()
  worker.say({ kind: 'ready', wasm: '/reader.wasm' })
  worker.answers = false
  vi.advanceTimersByTime(9_000)
  expect(dead).toEqual(['no answer'])
  expect(worker.ended).toBe(true)
})

test('an idle decoder that answers its pings lives on', () => {
  const one = decoder()
  worker.say({ kind: 'ready', wasm: '/reader.wasm' })
  vi.advanceTimersByTime(120_000)
  expect(dead).toEqual([])
  expect(worker.heard.length).toBeGreaterThan(20)
  one.stop()
})

test('a decoder that never loads, fails or breaks says why, once', () => {
  decoder()
  vi.advanceTimersByTime(25_000)
  expect(dead).toEqual(['not loaded'])
  worker = new FakeWorker()
  decoder()
  worker.say({ kind: 'failed', why: 'memory access out of bounds' })
  worker.onerror?.(new ErrorEvent('error', { message: 'later' }))
  expect(dead).toEqual(['not loaded', 'memory access out of bounds'])
})

test('a machine that slept is no dead decoder', () => {
  vi.useRealTimers()
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  let time = 0
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => time)
  const one = decoder()
  worker.say({ kind: 'ready', wasm: '/reader.wasm' })
  worker.answers = false
  time = 3_000
  vi.advanceTimersByTime(1_000)
  time = 3_600_000
  vi.advanceTimersByTime(1_000)
  expect(dead).toEqual([])
  one.stop()
  clock.mockRestore()
})
