import type { FromDecoder, ToDecoder } from './messages'

/** A worker, as far as the decoder needs one; tests put another in its place. */
export interface DecoderWorker {
  postMessage(message: ToDecoder, transfer: Transferable[]): void
  terminate(): void
  onmessage: ((event: MessageEvent<FromDecoder>) => void) | null
  onerror: ((event: ErrorEvent) => void) | null
  onmessageerror: ((event: MessageEvent) => void) | null
}

export interface DecoderListener {
  onready?(wasm: string): void
  /** The codes of a frame, and how long reading took. */
  onread(texts: readonly string[], ms: number): void
  /** It died or does not answer: nothing more comes from it. */
  ondead(why: string): void
}

const BEAT_MS = 1_000
/** An idle decoder is asked whether it lives. */
const PING_MS = 2_000
/** A slow phone takes half a second for a frame; ten times that is silence. */
const ANSWER_MS = 5_000
/** Its code is a megabyte. */
const LOADED_MS = 20_000
/** A beat that comes this late means that the machine slept, not the decoder. */
const SLEPT_MS = 4_000

/** The worker that reads codes, with a heartbeat. One question at a time. */
export class Decoder {
  private readonly worker: DecoderWorker
  private readonly beat: ReturnType<typeof setInterval>
  private asked: { id: number; since: number; answer: (texts: readonly string[]) => void } | null = null
  private ready = false
  private dead = false
  private ids = 0
  private begun = performance.now()
  private lastBeat = performance.now()
  private lastAsked = performance.now()

  constructor(
    spawn: () => DecoderWorker,
    private readonly listener: DecoderListener,
  ) {
    this.worker = spawn()
    this.worker.onmessage = (event) => this.hear(event.data)
    this.worker.onerror = (event) => this.die(event.message || 'the worker failed')
    this.worker.onmessageerror = () => this.die('a message was lost')
    this.beat = setInterval(() => this.check(), BEAT_MS)
    this.ask((id) => ({ kind: 'ping', id }))
  }

  /** Whether a frame would be looked at now. */
  get free(): boolean {
    return !this.dead && this.ready && this.asked === null
  }

  /** Looks at a frame, which it takes over. */
  look(frame: ImageBitmap): void {
    if (this.free) this.ask((id) => ({ kind: 'frame', id, frame }), [frame])
    else frame.close()
  }

  /** The codes of a picture, for the self-test; none where it is busy or dead. */
  async readPicture(pixels: Uint8ClampedArray<ArrayBuffer>, width: number, height: number): Promise<readonly string[]> {
    if (!this.free) return []
    return new Promise((answer) => this.ask((id) => ({ kind: 'pixels', id, pixels, width, height }), [pixels.buffer], answer))
  }

  stop(): void {
    this.dead = true
    clearInterval(this.beat)
    this.worker.terminate()
  }

  private ask(message: (id: number) => ToDecoder, transfer: Transferable[] = [], answer: (texts: readonly string[]) => void = () => undefined): void {
    this.ids += 1
    this.lastAsked = performance.now()
    this.asked = { id: this.ids, since: this.lastAsked, answer }
    this.worker.postMessage(message(this.ids), transfer)
  }

  private hear(message: FromDecoder): void {
    if (this.dead) return
    if (message.kind === 'failed') return this.die(message.why)
    if (message.kind === 'ready') {
      this.ready = true
      this.listener.onready?.(message.wasm)
      return
    }
    if (message.id !== this.asked?.id) return
    const { answer } = this.asked
    this.asked = null
    answer(message.texts)
    this.listener.onread(message.texts, message.ms)
  }

  private check(): void {
    const time = performance.now()
    const slept = time - this.lastBeat > SLEPT_MS
    this.lastBeat = time
    if (slept) {
      this.begun = time
      if (this.asked) this.asked.since = time
    }
    if (!this.ready) {
      if (time - this.begun > LOADED_MS) this.die('not loaded')
    } else if (this.asked) {
      if (time - this.asked.since > ANSWER_MS) this.die('no answer')
    } else if (time - this.lastAsked > PING_MS) {
      this.ask((id) => ({ kind: 'ping', id }))
    }
  }

  private die(why: string): void {
    if (this.dead) return
    this.stop()
    this.listener.ondead(why)
  }
}

export const spawnDecoder = (): DecoderWorker => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'decoder' })
