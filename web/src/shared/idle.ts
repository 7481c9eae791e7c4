/** How long a key stays open while nobody touches the page. */
const IDLE_MS = 15 * 60_000

export function onIdle(act: () => void, idle = IDLE_MS): () => void {
  let timer = setTimeout(act, idle)
  const touched = (): void => {
    clearTimeout(timer)
    timer = setTimeout(act, idle)
  }
  const events = ['pointerdown', 'keydown', 'wheel'] as const
  for (const event of events) addEventListener(event, touched, { passive: true })
  return () => {
    clearTimeout(timer)
    for (const event of events) removeEventListener(event, touched)
  }
}
