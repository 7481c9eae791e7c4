import { FORM, NO_TEST, person, refusal, status, unmet as missing, type FakeDevice } from './fake-device'

type Scene = (device: FakeDevice) => void

const consented = [
  { purpose: 'health', version: 1, given: Date.UTC(2026, 10, 20), withdrawn: null },
  { purpose: 'whereabouts', version: 1, given: Date.UTC(2026, 10, 20), withdrawn: null },
]

const enrolled: Scene = (device) => {
  device.people = [person('本人', { consents: consented, lastForm: FORM, slot: device.slot })]
}

/** Every state that there is a picture and an accessibility check of. */
const SCENES: Readonly<Record<string, Scene>> = {
  setup: (device) => {
    device.state = { exists: false, open: false, node: null, prf: false }
  },
  locked: (device) => {
    device.state = { exists: true, open: false, node: 'http://localhost', prf: true }
  },
  damaged: (device) => {
    for (let i = 0; i < 9; i += 1) device.refuse('state', refusal('wallet_sealed'))
  },
  otherTab: (device) => {
    for (let i = 0; i < 9; i += 1) device.refuse('state', refusal('other_tab'))
  },
  unenrolled: (device) => {
    device.people = [person('本人', { enrolment: 'none', consents: [] })]
  },
  waiting: (device) => {
    device.deskDone = false
    device.people = [person('本人', { enrolment: 'requested' })]
  },
  green: enrolled,
  family: (device) => {
    enrolled(device)
    device.people.push(person('妈妈', { surname: '李', digits: '27', consents: consented, enrolment: 'enrolled' }), person('孩子', { enrolment: 'none' }))
  },
  due: (device) => {
    enrolled(device)
    device.people = [person('本人', { consents: consented, lastForm: FORM, slot: device.slot - 1 })]
  },
  noConsent: (device) => {
    device.people = [person('本人', { lastForm: FORM, slot: device.slot - 1 })]
  },
  draft: (device) => {
    const draft = { form: { temperature: '36.8', symptoms: ['dry_cough'], contacts: ['none'] }, slot: device.slot }
    device.people = [person('本人', { consents: consented, lastForm: FORM, slot: device.slot - 1, draft })]
  },
  late: (device) => {
    const draft = { form: { temperature: '36.8', symptoms: ['none'], contacts: ['none'] }, slot: device.slot - 2 }
    device.people = [person('本人', { consents: consented, lastForm: FORM, slot: device.slot - 3, draft })]
  },
  yellow: (device) => {
    enrolled(device)
    const [met, other] = status('本人').policies
    if (!met || !other) return
    const unmet = { ...other, met: false, clauses: [...other.clauses, NO_TEST] }
    device.standings.set('本人', { colour: 'yellow', strongest: '1.1', policies: [met, unmet] })
  },
  red: (device) => {
    enrolled(device)
    device.standings.set('本人', {
      colour: 'red',
      strongest: null,
      notices: [
        {
          notice: '1f',
          class: 'close_contact',
          evidence_kind: 'contact_record',
          clause: '传染病防治法 第三十九条',
          until: '2026-12-10',
          appeal: null,
          appeal_zh: '可在 8 小时内向发布机关申诉，联系 did:luyin:4TtCvts9marKrWNSe9y8cfVkxGmpCdKHeS7FtwWnSSeE',
          appeal_en: 'appeals are answered within 8 hours; ask did:luyin:4TtCvts9marKrWNSe9y8cfVkxGmpCdKHeS7FtwWnSSeE',
        },
      ],
    })
  },
  /** An appeal waits, an older one was refused late. */
  appealed: (device) => {
    scene('red', device)
    const appeal = { entry: 4_711, notice: '1f', reason: 'recovered', filed: device.now - 3_600_000, due: device.now + 7 * 3_600_000, state: 'open', answer: null, code: '0123456789abcdef0123456789abcdef' } as const
    const answer = { entry: 4_650, time: device.now - 80_000_000, late: true, words: '复核后仍有效' }
    device.appeals = [{ ...appeal, entry: 4_600, notice: '2e', reason: 'not_me', filed: device.now - 120_000_000, due: device.now - 91_200_000, state: 'refused', answer, code: null }, appeal]
    const notices = device.standings.get('本人')?.notices ?? []
    device.standings.set('本人', { ...device.standings.get('本人'), notices: notices.map((one) => ({ ...one, appeal: { due: appeal.due, state: appeal.state } })) })
  },
  /** An appeal that nobody answered in time. */
  overdue: (device) => {
    scene('appealed', device)
    device.appeals = device.appeals.slice(1).map((one) => ({ ...one, filed: one.filed - 36_000_000, due: one.due - 36_000_000 }))
  },
  /** Nothing is missing that check-ins will not bring. */
  tomorrow: (device) => {
    enrolled(device)
    const [first] = status('本人').policies
    if (!first) return
    const due = missing(
      'c',
      '最近一次打卡不早于 2026-11-27 下午；您的是 2026-11-27 上午',
      'newest check-in not before 2026-11-27 PM; yours: 2026-11-27 AM',
      '请打卡：如实打卡且正常，2026-11-28 起满足',
      'check in: with a normal check-in it holds on 2026-11-28',
      '2026-11-28',
    )
    device.standings.set('本人', { policies: [{ ...first, met: false, clauses: [due, ...first.clauses.slice(1)] }] })
  },
  queue: (device) => {
    enrolled(device)
    const never = new Promise<never>(() => undefined)
    device.wallet.fetchKeys = () => {
      setTimeout(() => device.report({ task: 'keys', done: 2_100_000, total: 6_400_000, bytes: 2_100_000 }), 50)
      return never
    }
  },
  failed: (device) => {
    enrolled(device)
    for (let i = 0; i < 9; i += 1) device.refuse('sync', refusal('untrusted'))
  },
  itinerary: (device) => {
    enrolled(device)
    device.regions = [
      { code: '310000', zh: '上海市', en: 'Shanghai', risk: false },
      { code: '320500', zh: '江苏省苏州市', en: 'Suzhou, Jiangsu', risk: true },
      { code: '330100', zh: '浙江省杭州市', en: 'Hangzhou, Zhejiang', risk: false },
    ]
  },
  attestations: (device) => {
    enrolled(device)
    const one = device.people[0]
    if (one) one.attestations = [{ kind: 'test', attester: 'did:luyin:4TtCvts9marKrWNSe9y8cfVkxGmpCdKHeS7FtwWnSSeE', day: '2026-11-27' }]
    for (let i = 0; i < 9; i += 1) device.refuse('absorb', refusal('wait_for_epoch', { seconds: 60 }))
  },
  disclosures: (device) => {
    enrolled(device)
    const employer = 'did:luyin:4TtCvts9marKrWNSe9y8cfVkxGmpCdKHeS7FtwWnSSeE'
    device.disclosed = [
      { slot: device.slot, employer, status: 'normal', punctuality: 'on_time', entry: 58 },
      { slot: device.slot - 1, employer, status: 'normal', punctuality: 'on_time', entry: 51 },
      { slot: device.slot - 2, employer, status: 'symptoms', punctuality: 'late', entry: null },
    ]
  },
  foreignBackup: (device) => {
    enrolled(device)
    device.refuse('restore', refusal('not_a_wallet'))
  },
  passkey: (device) => {
    enrolled(device)
    device.state.prf = true
  },
  noPass: (device) => {
    enrolled(device)
    device.refuse('takePass', refusal('no_pass'))
  },
}

export const SCENE_NAMES: readonly string[] = Object.keys(SCENES)

export function scene(name: string, device: FakeDevice): void {
  const chosen = SCENES[name]
  if (!chosen) throw new Error(`no scene ${name}; there are ${SCENE_NAMES.join(', ')}`)
  chosen(device)
}

