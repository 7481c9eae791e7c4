/** 0 too short, 1 weak, 2 good, 3 very good: an index into the words. */
export type Strength = 0 | 1 | 2 | 3

const GOOD_BITS = 45
const VERY_GOOD_BITS = 65
const COMMON = /password|passw0rd|123456|qwerty|111111|abc123|iloveyou|woaini|admin|luyin|8888/i

function alphabet(text: string): number {
  let size = 0
  if (/[a-z]/.test(text)) size += 26
  if (/[A-Z]/.test(text)) size += 26
  if (/\d/.test(text)) size += 10
  if (/[^\p{L}\p{N}]/u.test(text)) size += 20
  // Frequent Chinese characters.
  if (/\p{Script=Han}/u.test(text)) size += 1500
  return size
}

/**
 * A careful guess, not a measurement: repeats and runs count once, letters of words count less than random ones.
 * The seal itself is slow to try, so 45 bits hold against whoever copies the file.
 */
export function strength(passphrase: string): Strength {
  const letters = [...passphrase]
  if (letters.length < 6) return 0
  const fresh = letters.filter((letter, i) => {
    const before = letters[i - 1]
    if (before === undefined) return true
    const step = (letter.codePointAt(0) ?? 0) - (before.codePointAt(0) ?? 0)
    return Math.abs(step) > 1
  })
  const words = /^[a-z\s]+$/i.test(passphrase) ? 0.55 : 0.85
  const known = COMMON.test(passphrase) ? 25 : 0
  const bits = fresh.length * Math.log2(Math.max(2, alphabet(passphrase))) * words - known
  const distinct = new Set(letters).size
  if (bits < GOOD_BITS || distinct < 5) return 1
  return bits < VERY_GOOD_BITS ? 2 : 3
}
