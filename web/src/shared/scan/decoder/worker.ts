/// <reference lib="webworker" />
/** Reads QR codes out of pictures, away from the page and from the worker that decides. */
import { prepareZXingModule, readBarcodes, type ReaderOptions } from 'zxing-wasm/reader'
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url'
import type { FromDecoder, ToDecoder } from './messages'

declare const self: DedicatedWorkerGlobalScope

/** Phones in the rain: dim, tilted, far. A dark screen on white paper is never meant, so inverted codes are not tried. */
const OPTIONS: ReaderOptions = { formats: ['QRCode'], tryHarder: true, tryInvert: false, maxNumberOfSymbols: 2, textMode: 'Plain' }

const tell = (message: FromDecoder): void => self.postMessage(message)

let canvas: OffscreenCanvas | null = null

/** The pixels of a frame. The canvas is kept: making one for each frame costs more than reading it. */
function pixelsOf(frame: ImageBitmap): ImageData {
  if (canvas?.width !== frame.width || canvas.height !== frame.height) canvas = new OffscreenCanvas(frame.width, frame.height)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error('no canvas in the worker')
  context.drawImage(frame, 0, 0)
  frame.close()
  return context.getImageData(0, 0, canvas.width, canvas.height)
}

async function read(image: ImageData): Promise<readonly string[]> {
  const found = await readBarcodes(image, OPTIONS)
  return found.filter((code) => code.isValid).map((code) => code.text)
}

async function answer(message: ToDecoder): Promise<void> {
  const begun = performance.now()
  let texts: readonly string[] = []
  if (message.kind === 'frame') texts = await read(pixelsOf(message.frame))
  if (message.kind === 'pixels') texts = await read(new ImageData(message.pixels, message.width, message.height))
  tell({ kind: 'answer', id: message.id, texts, ms: performance.now() - begun })
}

const failed = (thrown: unknown): void => tell({ kind: 'failed', why: thrown instanceof Error ? thrown.message : String(thrown) })

self.onmessage = (event: MessageEvent<ToDecoder>) => void answer(event.data).catch(failed)
prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true }).then(() => tell({ kind: 'ready', wasm }), failed)
