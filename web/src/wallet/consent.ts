import type { PersonView } from '../device/api'

export type Purpose = 'health' | 'whereabouts'
export const PURPOSES: readonly Purpose[] = ['health', 'whereabouts']

/** The version of the text that is consented to now. A new text is a new version, and is asked for anew. */
export const VERSIONS: Readonly<Record<Purpose, number>> = { health: 1, whereabouts: 1 }

/** Whether the text as it stands was consented to and not taken back. */
export function consents(person: PersonView, purpose: Purpose): boolean {
  return person.consents.some((one) => one.purpose === purpose && one.version === VERSIONS[purpose] && one.withdrawn === null)
}
