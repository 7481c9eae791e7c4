/** Faster than this no hand moves a phone, and a slow machine keeps something for the rest. */
const PACE_MS = 60
/** A camera that gives no picture for so long hangs. */
const STALLED_MS = 6_000

export interface FrameListener {
  /** Whether a frame would be looked at now. */
  wanted(): boolean
  /** A frame, to be closed by who takes it, and when it was taken by the page's performance clock. */
  take(frame: ImageBitmap, taken: number): void
  /** A frame went by, taken or not. */
  seen(width: number, height: number): void
  stalled(): void
}

/** Takes frames out of a video while they are wanted. */
export function watchFrames(video: HTMLVideoElement, listener: FrameListener): () => void {
  let ended = false
  let busy = false
  let taken = 0
  let last: number | null = null

  const look = async (): Promise<void> => {
    if (!(video.videoWidth > 0)) return
    const time = performance.now()
    last = time
    listener.seen(video.videoWidth, video.videoHeight)
    if (busy || time - taken < PACE_MS || !listener.wanted()) return
    busy = true
    taken = time
    try {
      const frame = await createImageBitmap(video)
      if (ended) frame.close()
      else listener.take(frame, time)
    } catch {
      // The video was between two streams; the next frame comes.
    } finally {
      busy = false
    }
  }
  // Older browsers tell of every picture of the screen instead of every picture of the camera.
  const later = (then: () => void): unknown => ('requestVideoFrameCallback' in video ? video.requestVideoFrameCallback(then) : requestAnimationFrame(then))
  const next = (): void => {
    if (ended) return
    void look()
    later(next)
  }
  later(next)

  const watch = setInterval(() => {
    const time = performance.now()
    // Hidden pages get no frames, and before the first one the camera is still being opened.
    if (video.srcObject === null || last === null || document.visibilityState !== 'visible') last = last === null ? null : time
    else if (time - last > STALLED_MS) {
      last = time
      listener.stalled()
    }
  }, 1_000)
  return () => {
    ended = true
    clearInterval(watch)
  }
}
