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

export function typed(field: string): string {
  try {
    return sessionStorage.getItem(PREFIX + field) ?? ''
  } catch {
    return ''
  }
}
