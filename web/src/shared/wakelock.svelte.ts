/** Keeps the screen on while a pass is shown or a gate scans. The browser takes it back whenever the page is hidden. */
export class WakeLock {
  held = $state(false)
  private lock: WakeLockSentinel | null = null
  private wanted = false
  private readonly visible = (): void => {
    if (this.wanted && document.visibilityState === 'visible') void this.request()
  }

  async hold(): Promise<void> {
    this.wanted = true
    document.addEventListener('visibilitychange', this.visible)
    await this.request()
  }

  async release(): Promise<void> {
    this.wanted = false
    document.removeEventListener('visibilitychange', this.visible)
    const lock = this.lock
    this.lock = null
    this.held = false
    await lock?.release().catch(() => undefined)
  }

  private async request(): Promise<void> {
    try {
      const lock = await navigator.wakeLock.request('screen')
      if (!this.wanted) {
        await lock.release()
        return
      }
      this.lock = lock
      this.held = true
      lock.addEventListener('release', () => (this.held = false))
    } catch {
      // Refused, or a browser without it: the page says that the screen may dim.
      this.held = false
    }
  }
}
