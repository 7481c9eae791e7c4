import { afterEach, beforeEach, expect, test } from 'vitest'
import { listenWedge } from '../../src/gate/wedge'

let read: string[]
let stop: () => void
let time: number

beforeEach(() => {
  read = []
  time = 1_000
  stop = listenWedge((text) => read.push(text))
})
afterEach(() => {
  stop()
  document.body.replaceChildren()
})

/** A key at a time of its own; whether the page took it for itself. */
function key(name: string, gap: number, more: KeyboardEventInit = {}, target: EventTarget = document.body): boolean {
  time += gap
  const event = new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true, ...more })
  Object.defineProperty(event, 'timeStamp', { value: time })
  target.dispatchEvent(event)
  return event.defaultPrevented
}

function type(text: string, gap = 4, target?: EventTarget): void {
  for (const letter of text) {
    key(letter, gap, {}, target)
    if (target instanceof HTMLInputElement) target.value += letter
  }
}

test('a burst that ends in Enter is read from anywhere on the page', () => {
  type('LY1:ABC $%*+-./:09')
  expect(key('Enter', 4)).toBe(true)
  expect(read).toEqual(['LY1:ABC $%*+-./:09'])
})

test('a hand is not taken for a scanner', () => {
  type('LY1:ABCDEF', 600)
  expect(key('Enter', 600)).toBe(false)
  type('abc')
  expect(key('Enter', 4)).toBe(false)
  expect(read).toEqual([])
})

test('a burst whose Enter comes late is a hand after all', () => {
  type('LY1:ABCDEF')
  expect(key('Enter', 900)).toBe(false)
  expect(read).toEqual([])
})

test('keys of a burst do not press the button that has the focus', () => {
  type('LY1:AB')
  expect(key(' ', 4)).toBe(true)
  expect(key(' ', 600)).toBe(false)
  expect(key(' ', 90)).toBe(false)
})

test('other codes are read too, to be refused by name', () => {
  type('6901234567892')
  key('Enter', 4)
  expect(read).toEqual(['6901234567892'])
})

test('Caps Lock is put right in our codes and left alone in others', () => {
  type('ly1:abcDEF')
  key('Enter', 4)
  type('https://example.org')
  key('Enter', 4)
  expect(read).toEqual(['LY1:ABCDEF', 'https://example.org'])
})

test('an input method that hides the letters does not hide the code', () => {
  const hidden: readonly (readonly [code: string, shift: boolean])[] = [
    ['KeyL', true], ['KeyY', true], ['Digit1', false], ['Semicolon', true], ['KeyA', true], ['Space', false],
    ['Digit4', true], ['Equal', true], ['Slash', false], ['Digit0', false],
  ]
  for (const [code, shiftKey] of hidden) key('Process', 4, { code, shiftKey })
  key('Enter', 4, { code: 'Enter' })
  expect(read).toEqual(['LY1:A $+/0'])
})

test('a text field keeps its text and its focus when a scanner types into it', () => {
  const field = document.createElement('input')
  field.value = '急救车'
  document.body.append(field)
  field.focus()
  type('LY1:ABCDEF', 4, field)
  expect(key('Enter', 4, {}, field)).toBe(true)
  expect(read).toEqual(['LY1:ABCDEF'])
  expect(field.value).toBe('急救车')
  expect(document.activeElement).toBe(field)
})

test('what a hand typed just before the scanner stays in the field', () => {
  const field = document.createElement('input')
  document.body.append(field)
  field.focus()
  type('ab', 4, field)
  type('LY1:ABCDEF', 4, field)
  key('Enter', 4, {}, field)
  expect(read).toEqual(['LY1:ABCDEF'])
  expect(field.value).toBe('ab')
})

test('what a fast hand types into a text field stays there', () => {
  const field = document.createElement('input')
  document.body.append(field)
  field.focus()
  type('visitor at the desk', 20, field)
  expect(key('Enter', 20, {}, field)).toBe(false)
  expect(read).toEqual([])
  expect(field.value).toBe('visitor at the desk')
})
