/** Whether a backup was ever saved from this browser: a mark without a date or anything of the wallet. */
const KEPT = 'luyin.backup'

export function backedUp(): boolean {
  try {
    return localStorage.getItem(KEPT) === '1'
  } catch {
    return false
  }
}

export function markBackedUp(made: boolean): void {
  try {
    if (made) localStorage.setItem(KEPT, '1')
    else localStorage.removeItem(KEPT)
  } catch {
    // Then the page goes on reminding.
  }
}
