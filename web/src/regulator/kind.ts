import { say } from '../i18n/language.svelte'
import { regulator } from './words'

export const KINDS = ['accredit', 'unaccredit', 'policy', 'risk_list', 'risk_notice', 'notice_lifted', 'appeal_answered', 'unreadable'] as const

/** What the authority did, in words; a kind that this page does not know is shown as it is. */
export function kindWord(kind: string): string {
  const { actionKinds } = say(regulator)
  return Object.hasOwn(actionKinds, kind) ? actionKinds[kind as keyof typeof actionKinds] : kind
}
