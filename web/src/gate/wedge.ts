/**
 * A USB scanner types like a keyboard, only faster, and ends with Enter. It is heard anywhere on the page; in a text field
 * what it typed is taken out again, and the focus stays where it was.
 */

/** Slow wireless scanners and busy machines stay below this between two keys. Outside text fields nobody types. */
const GAP_MS = { field: 200, page: 500 } as const
/** Shorter ones are a hand's. */
const SHORTEST = 8
const LONGEST = 4_096
const OURS = /^ly1:/i

/** Keys by their place on a US keyboard, which scanners pretend to be: an input method may hide what was typed. */
const SHIFTED: Readonly<Record<string, string>> = { Digit1: '!', Digit4: '$', Digit5: '%', Digit8: '*', Equal: '+', Semicolon: ':' }
const PLAIN: Readonly<Record<string, string>> = { Space: ' ', Minus: '-', Period: '.', Slash: '/', Equal: '=', Semicolon: ';', Comma: ',' }

function letterOf(event: KeyboardEvent): string | null {
  if (event.key.length === 1) return event.key
  if (event.key !== 'Process' && event.key !== 'Unidentified') return null
  const { code } = event
  if (/^Key[A-Z]$/.test(code)) return event.shiftKey ? code.slice(3) : code.slice(3).toLowerCase()
  if (event.shiftKey) return SHIFTED[code] ?? null
  return /^(Digit|Numpad)[0-9]$/.test(code) ? code.slice(-1) : (PLAIN[code] ?? null)
}

type TextField = HTMLInputElement | HTMLTextAreaElement

const NO_TEXT = ['button', 'checkbox', 'radio', 'file', 'range', 'submit', 'reset', 'color', 'image']

function textField(target: EventTarget | null): TextField | null {
  if (target instanceof HTMLTextAreaElement) return target
  return target instanceof HTMLInputElement && !NO_TEXT.includes(target.type) ? target : null
}

/** Capital letters alone occur in our codes: a Caps Lock that turned them around is put right. */
const mended = (text: string): string => (OURS.test(text) ? text.toUpperCase() : text)

interface Burst {
  text: string
  last: number
  /** The field that it types into, and what stood there before. */
  readonly field: TextField | null
  before: string
}

const follows = (event: KeyboardEvent, burst: Burst): boolean => event.timeStamp - burst.last <= GAP_MS[burst.field ? 'field' : 'page']

/** A hand typed just before the scanner did: what it typed is no part of the code, and stays. */
function begins(burst: Burst): void {
  const start = burst.text.length - 4
  if (start <= 0 || !OURS.test(burst.text.slice(start))) return
  burst.text = burst.text.slice(start)
  if (!burst.field) return
  // The colon is not in the field yet.
  const { value } = burst.field
  const caret = burst.field.selectionStart ?? value.length
  burst.before = value.slice(0, Math.max(0, caret - 3)) + value.slice(caret)
}

export function listenWedge(onread: (text: string) => void, target: Document = document): () => void {
  let burst: Burst | null = null

  const end = (event: KeyboardEvent, done: Burst): void => {
    burst = null
    const quick = follows(event, done)
    // In a text field a fast typist's Enter means something else; only our own codes are taken out of one.
    if (!quick || done.text.length < SHORTEST || (done.field && !OURS.test(done.text))) return
    event.preventDefault()
    event.stopPropagation()
    if (done.field) {
      done.field.value = done.before
      done.field.dispatchEvent(new Event('input', { bubbles: true }))
    }
    onread(mended(done.text))
  }

  const down = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    if (event.key === 'Enter' || event.code === 'Enter' || event.code === 'NumpadEnter') {
      if (burst) end(event, burst)
      return
    }
    const letter = letterOf(event)
    if (letter === null) return
    // No code begins with a space, but a hand presses buttons with it.
    if (letter === ' ' && !burst) return
    if (burst && follows(event, burst) && burst.text.length < LONGEST) {
      burst.text += letter
      burst.last = event.timeStamp
      begins(burst)
      // A space would press the button that has the focus, a slash would open the browser's search.
      if (!burst.field) event.preventDefault()
    } else if (letter === ' ') {
      burst = null
    } else {
      const field = textField(event.target)
      burst = { text: letter, last: event.timeStamp, field, before: field?.value ?? '' }
    }
  }

  const up = (event: KeyboardEvent): void => {
    // Some browsers press a button when the key comes up.
    if (burst && !burst.field && burst.text.length > 1 && event.key === ' ') event.preventDefault()
  }

  target.addEventListener('keydown', down, true)
  target.addEventListener('keyup', up, true)
  return () => {
    target.removeEventListener('keydown', down, true)
    target.removeEventListener('keyup', up, true)
  }
}
