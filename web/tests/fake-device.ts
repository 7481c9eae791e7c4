/**
 * A device for component tests and for looking at the pages: it keeps everything in memory, proves nothing, and refuses
 * what a test tells it to refuse. Not shipped: nothing in src imports it.
 */
import type {
  AppealView,
  AttestationView,
  ClauseStanding,
  Consent,
  Device,
  DeviceFault,
  Disclosed,
  Draft,
  Form,
  GateDevice,
  PassTaken,
  PersonView,
  PolicyView,
  Progress,
  RegulatorDevice,
  ShownCode,
  Status,
  WalletDevice,
  WalletState,
} from '../src/device/api'

export const VENUE = 'did:luyin:4TtCvts9marKrWNSe9y8cfVkxGmpCdKHeS7FtwWnSSeE'

type Writable<T> = { -readonly [K in keyof T]: T[K] }
export type Person = Writable<PersonView>
type WalletMethod = Exclude<keyof WalletDevice, never>

export interface Calls {
  readonly method: string
  readonly given: readonly unknown[]
}

export function refusal(slug: string, detail: DeviceFault['detail'] = {}): DeviceFault {
  return { slug, message: `refused: ${slug}`, detail }
}

export function person(label: string, more: Partial<PersonView> = {}): Person {
  return {
    label,
    surname: '王',
    digits: '10',
    employer: VENUE,
    enrolment: 'enrolled',
    pending: false,
    attestations: [],
    lastForm: null,
    slot: null,
    draft: null,
    consents: [],
    ...more,
  }
}

export const POLICIES: readonly PolicyView[] = [
  { id: 1, version: 1, name_zh: '复工通行', name_en: 'Return to work', demands_code: false, demands_mask: false, paper: true, standing: 'current' },
  { id: 2, version: 3, name_zh: '医院探视', name_en: 'Hospital visit', demands_code: true, demands_mask: true, paper: false, standing: 'current' },
]

export function met(clause: string, zh: string, en: string, until: number | null = null): ClauseStanding {
  return { clause, met: true, zh, en, until, from: null, todo_zh: null, todo_en: null }
}

export function unmet(clause: string, zh: string, en: string, todo_zh: string, todo_en: string, from: string | null = null): ClauseStanding {
  return { clause, met: false, zh, en, until: null, from, todo_zh, todo_en }
}

/** When the policy that is only published takes effect. */
const FUTURE = Date.UTC(2026, 11, 1, 16)
const COMING: PolicyView = { id: 5, version: 1, name_zh: '春运出行', name_en: 'Spring travel', demands_code: false, demands_mask: true, paper: false, standing: 'future' }

/** No test: nothing that a check-in would bring. */
export const NO_TEST = unmet(
  'e',
  '2026-11-25 起检测阴性；您的检测：无（-），接种 1 剂',
  'a negative test since 2026-11-25; yours: test none (-), 1 doses',
  '到检测机构做检测，把结果证明收入钱包',
  'have a test at a laboratory and take its attestation into the wallet',
)

export function status(label: string, more: Partial<Status> = {}): Status {
  return {
    person: label,
    colour: 'green',
    strongest: '2.3',
    policies: POLICIES.map((policy) => ({
      policy: `${policy.id}.${policy.version}`,
      name_zh: policy.name_zh,
      name_en: policy.name_en,
      met: true,
      clauses: [
        met('c', '最近一次打卡不早于 2026-11-26 下午；您的是 2026-11-27 上午', 'newest check-in not before 2026-11-26 PM; yours: 2026-11-27 AM', Date.UTC(2026, 10, 28, 16)),
        met('d', '14 天内至少 1 天正常；您有 3 天（2026-11-27、2026-11-26、2026-11-25）', 'at least 1 normal days of 14; yours: 3 (2026-11-27, 2026-11-26, 2026-11-25)'),
        met('d', '14 天内无症状、接触和发热；您有 0 天异常', 'no symptom, contact or fever in 14 days; yours: 0 such days'),
        met('h', '未到访风险区（名单第 4 版）', 'no risk region visited (list 4)'),
      ],
    })),
    notices: [],
    as_of: null,
    pending: false,
    passes: 9,
    attestations: 0,
    until: null,
    ...more,
  }
}

/** Dark where a hash of the place and the text says so, with the three corners of a real code. */
function picture(text: string, size: number): Uint8Array {
  const modules = new Uint8Array(size * size)
  let state = 7
  for (const letter of text) state = (state * 31 + letter.charCodeAt(0)) >>> 0
  for (let i = 0; i < modules.length; i += 1) {
    state = (state * 1664525 + 1013904223) >>> 0
    modules[i] = state >>> 31
  }
  for (const [left, top] of [[0, 0], [size - 7, 0], [0, size - 7]] as const) {
    for (let y = -1; y < 8; y += 1) {
      for (let x = -1; x < 8; x += 1) {
        const [cx, cy] = [left + x, top + y]
        if (cx < 0 || cy < 0 || cx >= size || cy >= size) continue
        const ring = Math.max(Math.abs(x - 3), Math.abs(y - 3))
        modules[cy * size + cx] = ring === 3 || ring <= 1 ? 1 : 0
      }
    }
  }
  return modules
}

export class FakeDevice implements Device {
  readonly info = Promise.resolve({ threads: 1, version: '0.1.0', storage: 'opfs' as const })
  readonly calls: Calls[] = []
  readonly refusals = new Map<string, DeviceFault[]>()
  readonly standings = new Map<string, Partial<Status>>()
  state: Writable<WalletState> = { exists: true, open: true, node: 'http://localhost', prf: false }
  people: Person[] = []
  /** Who comes out of a backup. */
  inBackup: Person[] = [person('本人')]
  passphrase = 'correct horse battery staple'
  /** Whether the desk has finished an enrolment. */
  deskDone = true
  regions: readonly { code: string; zh: string; en: string; risk: boolean }[] = []
  disclosed: Disclosed[] = []
  appeals: AppealView[] = []
  private progress = new Set<(progress: Progress) => void>()
  private deaths = new Set<(why: string) => void>()
  private handles = 0
  private readonly taken = new Map<number, PassTaken>()

  /** The next calls of a method are refused so, once each. */
  refuse(method: WalletMethod, ...faults: DeviceFault[]): this {
    this.refusals.set(method, [...(this.refusals.get(method) ?? []), ...faults])
    return this
  }

  onProgress(listen: (progress: Progress) => void): () => void {
    this.progress.add(listen)
    return () => this.progress.delete(listen)
  }

  onDeath(listen: (why: string) => void): () => void {
    this.deaths.add(listen)
    return () => this.deaths.delete(listen)
  }

  report(progress: Progress): void {
    for (const listen of this.progress) listen(progress)
  }

  die(why: string): void {
    for (const listen of this.deaths) listen(why)
  }

  called(method: WalletMethod): readonly (readonly unknown[])[] {
    return this.calls.filter((call) => call.method === method).map((call) => call.given)
  }

  private async begin(method: WalletMethod, ...given: unknown[]): Promise<void> {
    this.calls.push({ method, given })
    const refused = this.refusals.get(method)?.shift()
    if (refused) throw refused
  }

  private find(label: string): Person {
    const found = this.people.find((one) => one.label === label)
    if (!found) throw refusal('no_person')
    return found
  }

  readonly wallet: WalletDevice = {
    state: async () => {
      await this.begin('state')
      return { ...this.state }
    },
    create: async (secret, node) => {
      await this.begin('create', secret, node)
      if ('passphrase' in secret) this.passphrase = secret.passphrase
      this.state = { exists: true, open: true, node, prf: 'prf' in secret }
    },
    open: async (secret) => {
      await this.begin('open', secret)
      if ('passphrase' in secret && secret.passphrase !== this.passphrase) throw refusal('wrong_passphrase')
      this.state.open = true
    },
    lock: async () => {
      await this.begin('lock')
      this.state.open = false
    },
    addPrf: async (passphrase, prf) => {
      await this.begin('addPrf', passphrase, prf)
      if (passphrase !== this.passphrase) throw refusal('wrong_passphrase')
      this.state.prf = true
    },
    backup: async () => {
      await this.begin('backup')
      return new Uint8Array([1, 2, 3])
    },
    restore: async (backup, passphrase, replace) => {
      await this.begin('restore', backup, passphrase, replace)
      if (this.state.exists && !replace) throw refusal('already_there')
      this.state = { exists: true, open: true, node: 'http://localhost', prf: false }
      this.people = this.inBackup.map((one) => ({ ...one }))
    },
    erase: async () => {
      await this.begin('erase')
      this.state = { exists: false, open: false, node: null, prf: false }
      this.people = []
    },
    persons: async () => {
      await this.begin('persons')
      return this.people.map((one) => ({ ...one }))
    },
    addPerson: async (label, name, idDigits, employer) => {
      await this.begin('addPerson', label, name, idDigits, employer)
      if (this.people.some((one) => one.label === label)) throw refusal('label_taken')
      this.people.push(person(label, { surname: name.slice(0, 1), digits: String(idDigits).padStart(2, '0'), employer, enrolment: 'none' }))
    },
    setEmployer: async (label, employer) => {
      await this.begin('setEmployer', label, employer)
      this.find(label).employer = employer
    },
    requestEnrolment: async (label, code, again, now) => {
      await this.begin('requestEnrolment', label, code, again, now)
      this.find(label).enrolment = 'requested'
    },
    finishEnrolment: async (label) => {
      await this.begin('finishEnrolment', label)
      if (!this.deskDone) throw refusal('not_on_ledger')
      this.find(label).enrolment = 'enrolled'
    },
    status: async (label, now) => {
      await this.begin('status', label, now)
      const found = this.find(label)
      const standing = this.standings.get(label) ?? {}
      const grey: Partial<Status> = found.enrolment === 'enrolled' ? {} : { colour: 'grey', strongest: null, policies: [], passes: 0 }
      return status(label, { as_of: now, pending: found.pending, attestations: found.attestations.length, ...grey, ...standing })
    },
    checkin: async (label, form, slot) => {
      await this.begin('checkin', label, form, slot)
      const found = this.find(label)
      found.lastForm = form
      found.slot = this.slot - (slot === 'previous' ? 1 : 0)
      return { kind: 'accepted', entry: 42, height: 7, time: this.now }
    },
    lateStatement: async (label, form, slot, now) => {
      await this.begin('lateStatement', label, form, slot, now)
      const employer = this.find(label).employer
      if (!employer) throw refusal('no_employer')
      const late: Disclosed = { slot, employer, status: 'normal', punctuality: 'late', entry: null }
      this.disclosed.push(late)
      return late
    },
    saveDraft: async (label, draft: Draft | null) => {
      await this.begin('saveDraft', label, draft)
      this.find(label).draft = draft
    },
    consent: async (label, purpose, version, give, now) => {
      await this.begin('consent', label, purpose, version, give, now)
      const found = this.find(label)
      const live = (one: Consent): boolean => one.purpose === purpose && one.version === version && one.withdrawn === null
      if (give && !found.consents.some(live)) found.consents = [...found.consents, { purpose, version, given: now, withdrawn: null }]
      if (!give) found.consents = found.consents.map((one) => (live(one) ? { ...one, withdrawn: now } : one))
    },
    receive: async (label, attestation) => {
      await this.begin('receive', label, attestation)
      const kind: AttestationView['kind'] = attestation.includes('itinerary') ? 'itinerary' : 'test'
      const found = this.find(label)
      found.attestations = [...found.attestations, { kind, attester: VENUE, day: '2026-11-27' }]
    },
    absorb: async (label) => {
      await this.begin('absorb', label)
      const found = this.find(label)
      found.attestations = found.attestations.slice(1)
      return { kind: 'accepted', entry: 43, height: 8, time: this.now }
    },
    appeal: async (label, notice, reason, file) => {
      await this.begin('appeal', label, notice, reason, file)
      const filed: AppealView = {
        entry: 4_711,
        notice,
        reason,
        filed: this.now,
        due: this.now + 8 * 3_600_000,
        state: 'open',
        answer: null,
        code: file === null ? null : '0123456789abcdef0123456789abcdef',
      }
      this.appeals.push(filed)
      const standing = this.standings.get(label)
      const notices = (standing?.notices ?? []).map((one) => (one.notice === notice ? { ...one, appeal: { due: filed.due, state: filed.state } } : one))
      this.standings.set(label, { ...standing, notices })
      return [filed]
    },
    appeals: async (label) => {
      await this.begin('appeals', label)
      return [...this.appeals]
    },
    prove: async (label, wanted) => {
      await this.begin('prove', label, wanted)
      return { made: 1, at_hand: 0, more: false, unprovable: [] }
    },
    takePass: async (label, at, policy, now) => {
      await this.begin('takePass', label, at, policy, now)
      this.handles += 1
      const view = POLICIES.find((one) => one.id === policy)
      const mask = view?.demands_mask === true || typeof at === 'object' && 'paper' in at
      const day = new Date(now + 8 * 3_600_000).toISOString().slice(0, 10)
      const taken: PassTaken = {
        handle: this.handles,
        policy: `${policy}.${view?.version ?? 1}`,
        day,
        walkIn: at === 'anywhere',
        demandsCode: view?.demands_code ?? false,
        surname: mask ? this.find(label).surname : null,
        digits: mask ? this.find(label).digits : null,
      }
      this.taken.set(taken.handle, taken)
      return taken
    },
    signPass: async (handle, now, gateCode): Promise<ShownCode> => {
      await this.begin('signPass', handle, now, gateCode)
      if (this.taken.get(handle)?.demandsCode && gateCode === 0) throw refusal('gate_code')
      const text = `LY1:FAKE${handle}S${Math.floor(now / 30_000)}C${gateCode}`
      return { text, size: 65, modules: picture(text, 65) }
    },
    itinerary: async (label, now) => {
      await this.begin('itinerary', label, now)
      return { day: this.regions.length > 0 ? '2026-11-26' : null, regions: this.regions }
    },
    why: async (label, policy, venue, day, now) => {
      await this.begin('why', label, policy, venue, day, now)
      const all = status(label, this.standings.get(label)).policies
      const one = all.find((standing) => standing.policy.startsWith(`${policy}.`))
      const precheck = { day: day ?? '2026-11-27', effective: 0, shows_mask: policy === 2, gate_code: policy === 2, paper: policy === 1, passes: policy === 1 ? 9 : 0 }
      const notices = this.standings.get(label)?.notices ?? []
      const standing = one ?? { policy: `${policy}.1`, name_zh: '春运出行', name_en: 'Spring travel', met: false, clauses: [NO_TEST] }
      const admission = notices.length > 0 ? 'under_notice' : standing.met ? 'yes' : standing.clauses.every((c) => c.met || c.from !== null) ? 'after_check_ins' : 'no'
      return { day: precheck.day, as_of: this.now, policies: [{ ...precheck, admission, standing, effective: one ? 0 : FUTURE }], notices }
    },
    published: async (now) => {
      await this.begin('published', now)
      return [...POLICIES, COMING]
    },
    policies: async (now) => {
      await this.begin('policies', now)
      return POLICIES
    },
    disclosures: async (label) => {
      await this.begin('disclosures', label)
      return { list: this.disclosed, file: JSON.stringify(this.disclosed) }
    },
    nymCard: async (label, attester, now) => {
      await this.begin('nymCard', label, attester, now)
      return { attester, day: '2026-11-27', nym: 'ab'.repeat(32), text: `{"nym":"${'ab'.repeat(32)}"}` }
    },
    sync: async (label) => {
      await this.begin('sync', label)
      return { walked: 0, now: this.now }
    },
    fetchKeys: async (circuits) => {
      await this.begin('fetchKeys', circuits)
    },
  }

  readonly ahead: Device['ahead'] = {
    sync: (label) => this.wallet.sync(label),
    prove: (label, wanted) => this.wallet.prove(label, wanted),
  }

  /** The moment that answers of the ledger bear. */
  now = Date.now()

  get slot(): number {
    return Math.floor((this.now + 8 * 3_600_000) / (12 * 3_600_000))
  }

  readonly gate: GateDevice = {} as GateDevice
  readonly regulator: RegulatorDevice = {} as RegulatorDevice
}

export const FORM: Form = { temperature: '36.5', symptoms: [], contacts: [] }
