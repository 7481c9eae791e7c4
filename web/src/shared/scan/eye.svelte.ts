import type { DeviceFault } from '../../device/api'
import { asFault, fault } from '../fault'
import { close, lamp, openCamera } from './camera'
import { Decoder, spawnDecoder } from './decoder/decoder'
import { keepDecoder } from './decoder/keep'
import { watchFrames } from './frames'

/** What may pass by itself is tried again by itself. */
const AGAIN_MS = 5_000
const PASSING = ['camera_busy', 'camera_lost', 'camera_stalled']

export interface EyeParts {
  /** Whether codes are wanted now. */
  wanted(): boolean
  read(text: string, since: number): void
  dead(why: string): void
}

/** The camera and who reads its frames. */
export class Eye {
  /** Whether the decoder is loaded. */
  ready = $state(false)
  picture = $state.raw<{ readonly width: number; readonly height: number } | null>(null)
  fault = $state.raw<DeviceFault | null>(null)
  /** Switches the lamp, where there is one. */
  lamp = $state.raw<((on: boolean) => Promise<void>) | null>(null)
  decoder: Decoder | null = null
  private stream: MediaStream | null = null
  private ended = false
  private again: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly id: string | null,
    private readonly parts: EyeParts,
  ) {}

  /** Opens it; the answer closes it. */
  watch(): () => void {
    let since = 0
    const decoder = new Decoder(spawnDecoder, {
      onready: (wasm) => {
        this.ready = true
        void keepDecoder(wasm)
      },
      onread: (texts) => {
        for (const text of texts) this.parts.read(text, since)
      },
      ondead: (why) => this.parts.dead(why),
    })
    this.decoder = decoder
    const stop = watchFrames(this.video, {
      wanted: () => decoder.free && this.parts.wanted(),
      take: (frame, taken) => {
        since = taken
        decoder.look(frame)
      },
      seen: (width, height) => this.see(width, height),
      stalled: () => this.fail(fault('camera_stalled', 'no frames')),
    })
    // A camera that is plugged in, or allowed at last, is tried at once.
    const media = navigator.mediaDevices as MediaDevices | undefined
    const changed = (): void => {
      if (this.fault) void this.open()
    }
    media?.addEventListener('devicechange', changed)
    void this.open()
    return () => {
      this.ended = true
      stop()
      decoder.stop()
      media?.removeEventListener('devicechange', changed)
      this.shut()
    }
  }

  async open(): Promise<void> {
    this.shut()
    try {
      const stream = await openCamera(this.id)
      if (this.ended) return close(stream)
      this.stream = stream
      stream.getVideoTracks()[0]?.addEventListener('ended', () => this.fail(fault('camera_lost', 'the camera went away')))
      this.video.srcObject = stream
      this.lamp = lamp(stream)
      this.fault = null
      await this.video.play()
    } catch (thrown) {
      if (!this.ended && !(thrown instanceof DOMException && thrown.name === 'AbortError' && this.stream)) this.fail(asFault(thrown))
    }
  }

  private see(width: number, height: number): void {
    if (this.picture?.width !== width || this.picture.height !== height) this.picture = { width, height }
    if (this.fault?.slug === 'camera_stalled') this.fault = null
  }

  private fail(found: DeviceFault): void {
    this.fault = found
    this.picture = null
    clearTimeout(this.again)
    if (PASSING.includes(found.slug) && !this.ended) this.again = setTimeout(() => void this.open(), AGAIN_MS)
  }

  private shut(): void {
    clearTimeout(this.again)
    close(this.stream)
    this.stream = null
    this.video.srcObject = null
    this.lamp = null
    this.picture = null
  }
}
