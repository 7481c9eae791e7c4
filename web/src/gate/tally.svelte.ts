import type { Colour } from '../device/api'
import { day } from '../shared/time'
import { keep, kept } from './keep'

export type Count = Colour | 'manual'
export type Counts = Readonly<Record<Count, number>>

const NONE: Counts = { green: 0, yellow: 0, red: 0, grey: 0, manual: 0 }

interface Kept {
  readonly day: string
  readonly counts: Counts
}

function read(): Kept | null {
  try {
    const value: unknown = JSON.parse(kept('tally') ?? 'null')
    if (typeof value !== 'object' || value === null || !('day' in value) || !('counts' in value)) return null
    const { day: of, counts } = value
    if (typeof of !== 'string' || typeof counts !== 'object' || counts === null) return null
    const number = (name: Count): number => {
      const found = (counts as Partial<Record<Count, unknown>>)[name]
      return typeof found === 'number' && Number.isSafeInteger(found) && found >= 0 ? found : 0
    }
    return { day: of, counts: { green: number('green'), yellow: number('yellow'), red: number('red'), grey: number('grey'), manual: number('manual') } }
  } catch {
    return null
  }
}

/** How many of each verdict there were on the running Beijing day, kept through a reload. Numbers alone. */
export class Tally {
  private held = $state.raw<Kept>(read() ?? { day: '', counts: NONE })

  of(time: number): Counts {
    return this.held.day === day(time) ? this.held.counts : NONE
  }

  add(what: Count, time: number): void {
    const before = this.of(time)
    this.held = { day: day(time), counts: { ...before, [what]: before[what] + 1 } }
    keep('tally', JSON.stringify(this.held))
  }

  /** All decisions of the day: the number of the newest. */
  total(time: number): number {
    return Object.values(this.of(time)).reduce((sum, one) => sum + one, 0)
  }
}
