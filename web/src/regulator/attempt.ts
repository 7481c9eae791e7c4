import { say } from '../i18n/language.svelte'
import { regulator } from './words'

function word(words: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(words, name) ? (words[name] ?? name) : name
}

/** Why an attempt was refused, in words; a reason that this page has no words for is shown by its name. */
export function reasonWord(reason: string): string {
  return word(say(regulator).attemptReasons, reason)
}

/** Who signed. */
export function roleWord(role: string): string {
  return word(say(regulator).attemptRoles, role)
}
