/** Keeps the screen on while the page is looked at. Browsers drop the lock when the page is hidden, so it is taken again. */
export function stayAwake(): () => void {
  let lock: WakeLockSentinel | null = null
  let ended = false
  const take = async (): Promise<void> => {
    if (ended || document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return
    try {
      lock = await navigator.wakeLock.request('screen')
      if (ended) await lock.release()
    } catch {
      // A low battery may refuse it; the gate works on.
    }
  }
  const seen = (): void => void take()
  document.addEventListener('visibilitychange', seen)
  void take()
  return () => {
    ended = true
    document.removeEventListener('visibilitychange', seen)
    void lock?.release()
  }
}
