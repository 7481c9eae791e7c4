import { say } from '../i18n/language.svelte'
import { regulator } from './words'

/** What a record rests on, in words; a kind that this page does not know is shown as it is. */
export function evidenceWord(kind: string): string {
  const { evidences } = say(regulator)
  return Object.hasOwn(evidences, kind) ? evidences[kind as keyof typeof evidences] : kind
}
