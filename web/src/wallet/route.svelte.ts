/** The screens of an open wallet; the address bar's fragment names the one that is shown, so that "back" works. */
export const SCREENS = [
  'today',
  'checkin',
  'pass',
  'more',
  'why',
  'appeal',
  'itinerary',
  'attestations',
  'people',
  'enrol',
  'paper',
  'disclosures',
  'nym',
  'consents',
  'backup',
  'settings',
] as const
export type Screen = (typeof SCREENS)[number]

function read(): Screen {
  const named = location.hash.replace(/^#\/?/, '')
  return SCREENS.find((screen) => screen === named) ?? 'today'
}

let current = $state<Screen>(read())

export const route = {
  get current(): Screen {
    return current
  },
  go(screen: Screen): void {
    if (screen !== read()) location.hash = `/${screen}`
    current = screen
  },
  /** Follows the browser's own back and forward. */
  follow(): () => void {
    const note = (): void => {
      current = read()
    }
    note()
    addEventListener('hashchange', note)
    return () => removeEventListener('hashchange', note)
  },
}
