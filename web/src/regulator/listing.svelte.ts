import type { DeviceFault } from '../device/api'
import { asFault } from '../shared/fault'
import { now } from '../shared/now.svelte'
import { day } from '../shared/time'
import type { Audit, Listed, Wanted } from './audit'
import { inOrder } from './days'
import type { OneRecord } from './shapes'

/** The list of records: what is wanted, which page stands, which record is looked at. */
export class Listing {
  wanted = $state.raw<Wanted>({ gate: '', colour: null, from: day(now()), to: day(now()) })
  /** What the page that stands was asked with. */
  asked = $state.raw<Wanted | null>(null)
  page = $state.raw<Listed | null>(null)
  one = $state.raw<OneRecord | null>(null)
  busy = $state(false)
  refused = $state.raw<DeviceFault | null>(null)
  /** Where each page began, the one that stands last. */
  private begins = $state.raw<readonly (string | null)[]>([null])
  private turn = 0

  constructor(private readonly audit: Audit) {}

  get number(): number {
    return this.begins.length
  }

  /** The first page of what is wanted. */
  search(): Promise<void> {
    if (!inOrder(this.wanted)) return Promise.resolve()
    this.asked = this.wanted
    return this.show([null])
  }

  next(): Promise<void> {
    const after = this.page?.next
    return after ? this.show([...this.begins, after]) : Promise.resolve()
  }

  previous(): Promise<void> {
    return this.begins.length > 1 ? this.show(this.begins.slice(0, -1)) : Promise.resolve()
  }

  look(name: string): Promise<void> {
    return this.run(async () => {
      const one = await this.audit.record(name)
      return () => (this.one = one)
    })
  }

  back(): void {
    this.turn += 1
    this.one = null
    this.refused = null
  }

  private show(begins: readonly (string | null)[]): Promise<void> {
    const asked = this.asked
    if (!asked) return Promise.resolve()
    return this.run(async () => {
      const page = await this.audit.records(asked, begins.at(-1) ?? null)
      return () => {
        this.page = page
        this.begins = begins
        this.one = null
      }
    })
  }

  /** Only the newest question's answer counts. */
  private async run(ask: () => Promise<() => void>): Promise<void> {
    const mine = (this.turn += 1)
    this.busy = true
    this.refused = null
    try {
      const take = await ask()
      if (mine === this.turn) take()
    } catch (thrown) {
      if (mine === this.turn) this.refused = asFault(thrown)
    } finally {
      if (mine === this.turn) this.busy = false
    }
  }
}
