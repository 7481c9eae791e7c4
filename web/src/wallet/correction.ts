import type { NymCard } from '../device/api'

/** Why a place is said to be wrong, as `docs/itinerary.md` names it. */
export const REASONS = ['border', 'roaming', 'lent', 'ported', 'other'] as const
export type CorrectionReason = (typeof REASONS)[number]

export const MOST_WORDS = 300

/** What a person says of an itinerary. Of its places only those that are wrong. */
export interface Wrong {
  readonly day: string
  readonly places: readonly string[]
  readonly reason: CorrectionReason
  readonly words: string
}

/** Whether the words will do: needed where the reason is another, and never too many. */
export function wordsWillDo(reason: CorrectionReason, words: string): boolean {
  const said = words.trim()
  return [...said].length <= MOST_WORDS && (reason !== 'other' || said !== '')
}

/** The file that the operator reads: the same bytes as the command line writes. */
export function correctionFile(wrong: Wrong, card: NymCard): string {
  const request = {
    version: 1,
    card: JSON.parse(card.text) as unknown,
    itinerary_day: wrong.day,
    places: wrong.places,
    reason: wrong.reason,
    words: wrong.words.trim(),
  }
  return `${JSON.stringify(request, null, 2)}\n`
}
