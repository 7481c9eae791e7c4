import { nodeClock } from '../api/clock'
import type { DeviceFault } from '../device/api'
import { asFault } from '../shared/fault'
import { now } from '../shared/now.svelte'

const KEPT = 'luyin.mode'
/** Differences of the clocks below this do no harm: a code counts one step early or late. */
const MAY_DIFFER_MS = 20_000

function keptMode(): string | null {
  try {
    return localStorage.getItem(KEPT)
  } catch {
    return null
  }
}

/** What the page knows of the node: whether it answers, whose it is, what time it has. */
export class Node {
  online = $state(navigator.onLine)
  /** The page's clock minus the node's, where it matters. */
  clockOff = $state<number | null>(null)
  /** What is wrong with it, as the last look showed. */
  fault = $state.raw<DeviceFault | null>(null)
  private mode = $state<string | null>(keptMode())

  /** All data are synthetic. */
  readonly demo = $derived(this.mode === 'development')

  /** Throws where it does not answer as it should. */
  async look(): Promise<void> {
    try {
      const before = now()
      const view = await nodeClock()
      const passed = now() - before
      const off = Math.round(before + passed / 2 - view.now)
      this.online = true
      this.fault = null
      this.clockOff = Math.abs(off) > MAY_DIFFER_MS + passed ? off : null
      this.mode = view.mode
      this.keep(view.mode)
    } catch (thrown) {
      const seen = asFault(thrown)
      this.online = seen.slug !== 'unreachable'
      this.fault = this.online ? seen : null
      throw seen
    }
  }

  private keep(mode: string): void {
    try {
      localStorage.setItem(KEPT, mode)
    } catch {
      // The badge then waits for the node each time.
    }
  }
}
