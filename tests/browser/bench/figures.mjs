/** The middle one; of an even number the lower of the two. */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[(sorted.length - 1) >> 1]
}

/** Milliseconds with as many digits as are worth reading. */
export const ms = (value) => (value < 100 ? Math.round(value * 10) / 10 : Math.round(value))
