const CHANNEL = 'luyin.wallet'
/** A window that proves lets go after the proof, which takes seconds on a slow phone. */
const RELEASE_MS = 15_000

/** Two windows of one wallet: the one that is asked lets go, and says when it has. */
export class Windows {
  private readonly channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL)

  /** `release` is awaited before the other window is answered. */
  constructor(release: () => Promise<void>) {
    this.channel?.addEventListener('message', (event: MessageEvent) => {
      if (event.data === 'release') void release().then(() => this.channel?.postMessage('released'))
    })
  }

  /** Resolves when the other window has let go, or did not answer in time: it may be gone. */
  ask(): Promise<void> {
    const channel = this.channel
    if (!channel) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        channel.removeEventListener('message', heard)
        resolve()
      }
      const heard = (event: MessageEvent): void => {
        if (event.data === 'released') done()
      }
      const timer = setTimeout(done, RELEASE_MS)
      channel.addEventListener('message', heard)
      channel.postMessage('release')
    })
  }

  close(): void {
    this.channel?.close()
  }
}
