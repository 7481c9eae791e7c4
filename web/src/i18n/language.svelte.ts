import type { Language, Words } from './words'

const KEPT = 'luyin.language'

function kept(): Language {
  try {
    return localStorage.getItem(KEPT) === 'en' ? 'en' : 'zh'
  } catch {
    return 'zh'
  }
}

let current = $state<Language>(kept())

/** The language of the page. Chinese, until somebody chooses otherwise on this device. */
export const language = {
  get current(): Language {
    return current
  },
  choose(next: Language): void {
    current = next
    document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en'
    try {
      localStorage.setItem(KEPT, next)
    } catch {
      // A browser that keeps nothing still speaks it until the page is closed.
    }
  },
}

/** The words of a dictionary in the current language; reactive where it is called in a template or a derived value. */
export function say<Shape>(words: Words<Shape>): Shape {
  return words[current]
}

/** One of two texts that the library sends in both languages. */
export function either(zh: string, en: string): string {
  return current === 'zh' ? zh : en
}
