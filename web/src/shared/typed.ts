/**
 * What was typed into fields that hold no secret and nothing of anyone's health, kept through a reload in this tab alone.
 * Check-in answers go to the sealed wallet instead; passphrases and codes are kept nowhere.
 */
const PREFIX = 'luyin.typed.'

export function keepTyped(field: string, text: string): void {
  try {
    if (text) sessionStorage.setItem(PREFIX + field, text)
    else sessionStorage.removeItem(PREFIX + field)
  } catch {
    // Full or refused: the field still holds its text.
  }
}

/** All of it, for when the wallet is erased. */
export function forgetTyped(): void {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key)
  } catch {
    // Nothing was kept.
  }
}

export function typed(field: string): string {
  try {
    return sessionStorage.getItem(PREFIX + field) ?? ''
  } catch {
    return ''
  }
}
