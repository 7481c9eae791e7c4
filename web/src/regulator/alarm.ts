import { say } from '../i18n/language.svelte'
import { regulator } from './words'

function word(words: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(words, name) ? (words[name] ?? name) : name
}

/** An alarm in words; one that this page has no words for is shown by its name. */
export function alarmWord(name: string): string {
  return word(say(regulator).alarmNames, name)
}

/** As what an organisation is accredited, and for which kind. */
export function accreditedAs(role: string, kind: string | null | undefined): string {
  const t = say(regulator)
  const of = kind ? word(t.attested, kind) : t.allAttested
  return role === 'attester' ? `${word(t.alarmRoles, role)} · ${of}` : word(t.alarmRoles, role)
}
