/** The value below which such a part of them lies; of two in the middle the lower. */
export function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)]
}

/** The middle one; of an even number the lower of the two. */
export const median = (values) => quantile(values, 0.5)

/** Milliseconds with as many digits as are worth reading. */
export const ms = (value) => (value < 100 ? Math.round(value * 10) / 10 : Math.round(value))
