import type { AttestedKind } from '../device/api'
import { day as dayOf } from '../shared/time'

/** What is typed for each kind, as it stands in the fields. */
export interface Typed {
  readonly day: string
  readonly test: 'negative' | 'positive' | null
  readonly doses: string
  readonly degrees: string
  readonly regions: string
}

export const emptyTyped = (now: number): Typed => ({ day: dayOf(now), test: null, doses: '', degrees: '', regions: '' })

/** The value as a table has it (`luyin attester issue`); null where the fields do not say one. */
export function valueOf(kind: AttestedKind, typed: Typed): string | null {
  switch (kind) {
    case 'test':
      return typed.test
    case 'vaccination': {
      const doses = typed.doses.trim()
      return /^([1-9]|1[0-5])$/.test(doses) ? doses : null
    }
    case 'reading': {
      const degrees = typed.degrees.trim().replace(',', '.')
      return /^\d\d\.\d$/.test(degrees) && Number(degrees) >= 30 && Number(degrees) <= 45 ? degrees : null
    }
    case 'itinerary': {
      const codes = typed.regions.split(/[;；\s]+/).filter(Boolean)
      return codes.every((code) => /^(\d{6}|[A-Z]{3})$/.test(code)) ? codes.join(';') : null
    }
  }
}

/** A day that has come. Days as YYYY-MM-DD are in the order of their letters. */
export const isPastDay = (day: string, now: number): boolean => /^\d{4}-\d{2}-\d{2}$/.test(day) && day <= dayOf(now)
