import type { DeviceFault } from '../device/api'
import { asFault } from './fault'

/** One thing that a button does: whether it runs, and what went wrong the last time. */
export class Act {
  busy = $state(false)
  fault = $state.raw<DeviceFault | null>(null)

  /** Runs it, unless it runs already. Gives whether it went well. */
  async run(work: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false
    this.busy = true
    this.fault = null
    try {
      await work()
      return true
    } catch (thrown) {
      this.fault = asFault(thrown)
      return false
    } finally {
      this.busy = false
    }
  }
}
