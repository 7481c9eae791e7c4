import type { DeviceFault, DeviceInfo, GateDevice, Progress, RegulatorDevice, WalletDevice } from './api'

/** What goes between the page and its worker. */
export type Part = 'wallet' | 'gate' | 'regulator'

export interface Call {
  readonly id: number
  readonly part: Part
  readonly method: string
  readonly given: readonly unknown[]
  /** Nobody waits for it: every other call goes before. */
  readonly ahead: boolean
}

export type Told =
  | { readonly kind: 'ready'; readonly info: DeviceInfo }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'fault'; readonly id: number; readonly fault: DeviceFault }
  | { readonly kind: 'progress'; readonly progress: Progress }
  /** Nothing works any more. */
  | { readonly kind: 'dead'; readonly why: string }

/** The names of what is given in order, as the library takes them. What is missing here is done by the worker itself. */
const WALLET = {
  state: [],
  lock: [],
  erase: [],
  persons: [],
  addPerson: ['label', 'name', 'idDigits', 'employer'],
  setEmployer: ['person', 'employer'],
  requestEnrolment: ['person', 'code', 'again', 'now'],
  finishEnrolment: ['person'],
  status: ['person', 'now'],
  why: ['person', 'policy', 'venue', 'day', 'now'],
  published: ['now'],
  checkin: ['person', 'form', 'slot'],
  lateStatement: ['person', 'form', 'slot', 'now'],
  saveDraft: ['person', 'draft'],
  consent: ['person', 'purpose', 'version', 'give', 'now'],
  receive: ['person', 'attestation'],
  absorb: ['person'],
  appeal: ['person', 'notice', 'reason', 'file'],
  appeals: ['person'],
  prove: ['person', 'wanted'],
  takePass: ['person', 'at', 'policy', 'now'],
  signPass: ['handle', 'now', 'gateCode'],
  itinerary: ['person', 'now'],
  policies: ['now'],
  disclosures: ['person'],
  nymCard: ['person', 'attester', 'now'],
  sync: ['person'],
} as const satisfies Partial<Record<keyof WalletDevice, readonly string[]>>

const GATE = {
  state: ['now'],
  enrol: ['node', 'venue', 'policy'],
  update: ['now'],
  scan: ['text', 'now', 'online'],
  manual: ['note', 'now'],
  code: ['now'],
  upload: ['now'],
  selfTest: ['now'],
  clockOffset: ['now'],
  erase: [],
} as const satisfies Partial<Record<keyof GateDevice, readonly string[]>>

const REGULATOR = {
  close: [],
  call: ['method', 'path', 'body', 'now'],
  check: ['record', 'now'],
  checkCheckpoint: ['note', 'now'],
  checkReport: ['report', 'signer', 'signature', 'now'],
} as const satisfies Partial<Record<keyof RegulatorDevice, readonly string[]>>

const NAMES: Readonly<Record<Part, Readonly<Record<string, readonly string[]>>>> = { wallet: WALLET, gate: GATE, regulator: REGULATOR }

/** What was given in order, by name; a moment is a whole number of milliseconds. Null where the library has no such call. */
export function named(part: Part, method: string, given: readonly unknown[]): Record<string, unknown> | null {
  const names = Object.hasOwn(NAMES[part], method) ? NAMES[part][method] : undefined
  if (!names) return null
  const value = (name: string, i: number): unknown => (name === 'now' ? Math.floor(Number(given[i])) : given[i])
  return Object.fromEntries(names.map((name, i) => [name, value(name, i) ?? null]))
}

export function fault(slug: string, message: string, detail: DeviceFault['detail'] = {}): DeviceFault {
  return { slug, message, detail }
}

/** Whatever was thrown, as a fault with a name. */
export function asFault(thrown: unknown, slug = 'unknown'): DeviceFault {
  if (typeof thrown === 'object' && thrown !== null && 'slug' in thrown && typeof thrown.slug === 'string') return thrown as DeviceFault
  return fault(slug, thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown))
}
