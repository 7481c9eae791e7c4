/** The code of a registrar's desk, of Crockford's letters: without spaces and dashes, as capitals. Null where it is something else. */
export function deskCode(text: string): string | null {
  const plain = text.normalize('NFKC').replaceAll(/[\s\-–—.]/g, '').toUpperCase()
  return /^[0-9A-TV-Z]{16}$/.test(plain) ? plain : null
}

/** As it is typed: groups of four. */
export function grouped(text: string): string {
  const plain = text.normalize('NFKC').replaceAll(/[\s\-–—.]/g, '').toUpperCase().slice(0, 16)
  return plain.replaceAll(/(.{4})(?=.)/g, '$1 ')
}
