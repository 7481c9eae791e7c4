import { configure } from '@testing-library/svelte'
import { afterEach, beforeEach, vi } from 'vitest'
import { language } from '../src/i18n/language.svelte'
import { setClock } from '../src/shared/now.svelte'

configure({ asyncUtilTimeout: 20_000 })

/** 2026-11-27 09:05:12 in Beijing: the morning's half-day. */
export const AT = Date.UTC(2026, 10, 27, 1, 5, 12)

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
  location.hash = ''
  language.choose('zh')
  vi.stubGlobal('scrollTo', () => undefined)
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  setClock(Date.now)
})
