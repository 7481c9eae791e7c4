import type { AttestedKind } from '../device/api'

/** What was issued on this device: enough to take it back, and nothing about anybody. A leaf is a hash over a random nonce. */
export interface IssuedRow {
  readonly leaf: string
  readonly kind: AttestedKind
  /** The day of its tree, by which it is withdrawn. */
  readonly treeDay: string
  readonly at: number
  readonly entry: number | null
  readonly state: 'begun' | 'issued' | 'withdrawn'
}

/** The ledger takes none back after that. */
const KEPT_MS = 30 * 86_400_000
/** More than a desk issues in a month. */
const MOST = 5_000
const PREFIX = 'luyin.attester.issued.'

function isRow(value: unknown): value is IssuedRow {
  if (typeof value !== 'object' || value === null) return false
  const row = value as Partial<Record<keyof IssuedRow, unknown>>
  return typeof row.leaf === 'string' && typeof row.kind === 'string' && typeof row.treeDay === 'string' && typeof row.at === 'number' && typeof row.state === 'string'
}

/** The list of one attester, newest first, kept in this page's storage. */
export class Issued {
  rows = $state.raw<readonly IssuedRow[]>([])
  private readonly place: string

  constructor(did: string, now: number) {
    this.place = PREFIX + did
    this.rows = this.kept().filter((row) => row.at > now - KEPT_MS)
  }

  /** Noted before it is posted: what is not answered can be withdrawn all the same. */
  begin(leaf: string, kind: AttestedKind, treeDay: string, at: number): void {
    const row: IssuedRow = { leaf, kind, treeDay, at, entry: null, state: 'begun' }
    this.keep([row, ...this.rows].slice(0, MOST))
  }

  /** It stands. One that was taken off the list meanwhile stands there again. */
  posted(row: Omit<IssuedRow, 'state'>): void {
    const others = this.rows.filter((one) => one.leaf !== row.leaf)
    const stands: IssuedRow = { ...row, state: 'issued' }
    this.keep([stands, ...others].slice(0, MOST))
  }

  withdrawn(leaf: string): void {
    this.change(leaf, { state: 'withdrawn' })
  }

  /** It is not on the ledger, and will not be. */
  drop(leaf: string): void {
    this.keep(this.rows.filter((row) => row.leaf !== leaf))
  }

  private change(leaf: string, to: Partial<IssuedRow>): void {
    this.keep(this.rows.map((row) => (row.leaf === leaf ? { ...row, ...to } : row)))
  }

  private keep(rows: readonly IssuedRow[]): void {
    this.rows = rows
    try {
      localStorage.setItem(this.place, JSON.stringify(rows))
    } catch {
      // Full or refused: the list lasts as long as the page.
    }
  }

  private kept(): readonly IssuedRow[] {
    try {
      const rows: unknown = JSON.parse(localStorage.getItem(this.place) ?? '[]')
      return Array.isArray(rows) ? rows.filter(isRow) : []
    } catch {
      return []
    }
  }
}
