const KEPT = 'luyin.large'

function kept(): boolean {
  try {
    return localStorage.getItem(KEPT) === '1'
  } catch {
    return false
  }
}

let large = $state(kept())

/** Large print: the whole page grows with its base size. */
export const print = {
  get large(): boolean {
    return large
  },
  set(next: boolean): void {
    large = next
    document.documentElement.toggleAttribute('data-large', next)
    try {
      localStorage.setItem(KEPT, next ? '1' : '0')
    } catch {
      // As for the language: it holds until the page is closed.
    }
  },
}
