import type { Form } from '../device/api'

export const SYMPTOMS = [
  'fever',
  'dry_cough',
  'fatigue',
  'sore_throat',
  'blocked_nose',
  'runny_nose',
  'smell_taste_loss',
  'muscle_pain',
  'conjunctivitis',
  'diarrhoea',
  'breathing_difficulty',
] as const
export const CONTACTS = ['confirmed_case', 'close_contact', 'unwell_traveller', 'cluster'] as const

/** The form as it is filled: "none" has to be said, silence is no answer. */
export interface Filling {
  temperature: string
  symptoms: string[]
  noSymptoms: boolean
  contacts: string[]
  noContacts: boolean
}

export const EMPTY: Readonly<Filling> = { temperature: '', symptoms: [], noSymptoms: false, contacts: [], noContacts: false }

/** What the device keeps of a form that may not be complete: "none" as a name of its own. */
export function toDraft(filling: Readonly<Filling>): Form {
  return {
    temperature: filling.temperature,
    symptoms: filling.noSymptoms ? ['none'] : [...filling.symptoms],
    contacts: filling.noContacts ? ['none'] : [...filling.contacts],
  }
}

/** The answers of a complete form. */
export function toForm(filling: Readonly<Filling>): Form {
  return {
    temperature: temperature(filling.temperature) ?? filling.temperature,
    symptoms: [...filling.symptoms],
    contacts: [...filling.contacts],
  }
}

export function fromForm(form: Form, complete: boolean): Filling {
  const listed = (list: readonly string[]): string[] => list.filter((name) => name !== 'none')
  const [symptoms, contacts] = [listed(form.symptoms), listed(form.contacts)]
  return {
    temperature: form.temperature,
    symptoms,
    // A form that was sent lists nothing for "none"; a draft says so.
    noSymptoms: form.symptoms.includes('none') || (complete && symptoms.length === 0),
    contacts,
    noContacts: form.contacts.includes('none') || (complete && contacts.length === 0),
  }
}

/** 34.0 to 43.0 with exactly one decimal. A full-width point or a comma is taken as a point. */
export function temperature(text: string): string | null {
  const plain = text.normalize('NFKC').trim().replace(/[，,。．]/u, '.')
  if (!/^\d{2}\.\d$/.test(plain)) return null
  const tenths = Number(plain.replace('.', ''))
  return tenths >= 340 && tenths <= 430 ? plain : null
}

export interface Missing {
  readonly temperature: boolean
  readonly symptoms: boolean
  readonly contacts: boolean
}

export function missing(filling: Readonly<Filling>): Missing {
  return {
    temperature: temperature(filling.temperature) === null,
    symptoms: !filling.noSymptoms && filling.symptoms.length === 0,
    contacts: !filling.noContacts && filling.contacts.length === 0,
  }
}

export function isEmpty(filling: Readonly<Filling>): boolean {
  return filling.temperature === '' && filling.symptoms.length === 0 && filling.contacts.length === 0 && !filling.noSymptoms && !filling.noContacts
}
