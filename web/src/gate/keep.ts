/** Switches and numbers of this gate that are no secret and nobody's data. */
const PREFIX = 'luyin.gate.'

export function kept(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name)
  } catch {
    return null
  }
}

export function keep(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name)
    else localStorage.setItem(PREFIX + name, value)
  } catch {
    // It holds until the page is closed.
  }
}
