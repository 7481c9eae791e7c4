import { words } from '../i18n/words'
import { number, object, list, oneOf, text, maybe, truth } from './loose'

/** A text in both languages, as the node gives it. */
export interface Told {
  readonly zh: string
  readonly en: string
}
export type Way = 'tightened' | 'loosened' | 'otherwise'
export interface ClauseChange {
  readonly clause: string
  readonly way: Way
  readonly about: Told
  readonly before: Told
  readonly after: Told
}
export interface ListedRegion {
  readonly code: string
  readonly name: Told
}
interface Dates {
  readonly before: number
  readonly after: number
  readonly effective_before: number
  readonly effective: number
  readonly grace_before_ms: number
  readonly grace_ms: number
  /** The one before ends before everyone has had two hours. */
  readonly hurried: boolean
}
/** What a version changes against the one before it. */
export type Change =
  | (Dates & { readonly kind: 'policy'; readonly policy: number; readonly renamed: Told | null; readonly clauses: readonly ClauseChange[] })
  | (Dates & { readonly kind: 'risk_list'; readonly added: readonly ListedRegion[]; readonly dropped: readonly ListedRegion[]; readonly kept: number })

function told(value: unknown): Told {
  const { zh, en } = object(value, 'words')
  return { zh: text(zh, 'words'), en: text(en, 'words') }
}

function clause(value: unknown): ClauseChange {
  const one = object(value, 'clause')
  return {
    clause: text(one['clause'], 'clause'),
    way: oneOf(['tightened', 'loosened', 'otherwise'], one['way'], 'way'),
    about: told(one['about']),
    before: told(one['before']),
    after: told(one['after']),
  }
}

function region(value: unknown): ListedRegion {
  const one = object(value, 'region')
  return { code: text(one['code'], 'code'), name: told(one['name']) }
}

/** Reads a change; what another version of the node says is refused by name. */
export function change(value: unknown): Change {
  const one = object(value, 'change')
  const dates: Dates = {
    before: number(one['before'], 'version'),
    after: number(one['after'], 'version'),
    effective_before: number(one['effective_before'], 'moment'),
    effective: number(one['effective'], 'moment'),
    grace_before_ms: number(one['grace_before_ms'], 'grace'),
    grace_ms: number(one['grace_ms'], 'grace'),
    hurried: truth(one['hurried'], 'hurry'),
  }
  if (oneOf(['policy', 'risk_list'], one['kind'], 'kind') === 'policy') {
    return { ...dates, kind: 'policy', policy: number(one['policy'], 'policy'), renamed: maybe(one['renamed'], told), clauses: list(one['clauses'], 'clauses').map(clause) }
  }
  return { ...dates, kind: 'risk_list', added: list(one['added'], 'regions').map(region), dropped: list(one['dropped'], 'regions').map(region), kept: number(one['kept'], 'number of regions') }
}

export const changeWords = words(
  {
    title: (before: string) => `与第 ${before} 版相比`,
    effective: '施行时间',
    from: (before: string, after: string) => `${before} → ${after}`,
    grace: '旧版继续有效',
    minutes: (n: string) => `${n} 分钟`,
    hurried: '旧版不到两小时即失效',
    renamed: '原名称',
    same: '各条款要求不变',
    ways: { tightened: '收紧', loosened: '放宽', otherwise: '有收有放' },
    added: (n: string) => `新增地区 ${n} 个`,
    dropped: (n: string) => `移出地区 ${n} 个`,
    kept: (n: string) => `保留 ${n} 个`,
  },
  {
    title: (before: string) => `Against version ${before}`,
    effective: 'Takes effect',
    from: (before: string, after: string) => `${before} → ${after}`,
    grace: 'The one before counts for',
    minutes: (n: string) => `${n} minutes`,
    hurried: 'The version before ends within two hours',
    renamed: 'Name before',
    same: 'Every clause asks what it asked',
    ways: { tightened: 'Tightened', loosened: 'Loosened', otherwise: 'Both ways' },
    added: (n: string) => `Regions added: ${n}`,
    dropped: (n: string) => `Regions dropped: ${n}`,
    kept: (n: string) => `Kept: ${n}`,
  },
)
