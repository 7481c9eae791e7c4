const EVERY_MS = 5_000
const ANSWER_MS = 15_000
const TALKS_MS = 60_000
const SLEPT_MS = 12_000

/**
 * Asks the worker that decides for a sign of life, again and again. `silent` is called once, when none came. While the
 * worker `talks` to the node it cannot answer, and is given longer.
 */
export function watchPulse(ask: () => Promise<unknown>, talks: () => boolean, silent: () => void): () => void {
  let asked: number | null = null
  let last = performance.now()
  const beat = (): void => {
    const time = performance.now()
    // A beat that comes this late means that the machine slept.
    if (asked !== null && time - last > SLEPT_MS) asked = time
    last = time
    if (asked !== null) {
      if (time - asked > (talks() ? TALKS_MS : ANSWER_MS)) {
        clearInterval(timer)
        silent()
      }
      return
    }
    asked = time
    // A refusal is an answer.
    const answered = (): void => void (asked = null)
    ask().then(answered, answered)
  }
  const timer = setInterval(beat, EVERY_MS)
  return () => clearInterval(timer)
}
