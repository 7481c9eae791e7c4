import { expect, test } from 'vitest'
import { Turns } from '../../src/device/turns'

/** A call that ends when it is told to. */
function held(): { act: () => Promise<void>; end: () => void } {
  let end = (): void => undefined
  const ended = new Promise<void>((resolve) => (end = resolve))
  return { act: () => ended, end: () => end() }
}

test('what somebody waits for goes before what is made ahead, each in its order', async () => {
  const turns = new Turns()
  const done: string[] = []
  const note = (what: string) => async (): Promise<void> => void done.push(what)
  const first = held()
  const all = [
    turns.take(first.act),
    turns.take(note('ahead 1'), true),
    turns.take(note('ahead 2'), true),
    turns.take(note('waited for 1')),
    turns.take(note('waited for 2')),
  ]
  first.end()
  await Promise.all(all)
  expect(done).toEqual(['waited for 1', 'waited for 2', 'ahead 1', 'ahead 2'])
})

test('a call that came in while the library worked goes before one ahead that was heard of earlier', async () => {
  const turns = new Turns()
  const done: string[] = []
  // As a message that lay there while the library could hear none.
  const waitedFor = new Promise<void>((resolve) => setTimeout(resolve, 0)).then(() => turns.take(async () => void done.push('waited for')))
  const ahead = turns.take(async () => void done.push('ahead'), true)
  await Promise.all([ahead, waitedFor])
  expect(done).toEqual(['waited for', 'ahead'])
})

test('a refusal is its caller’s alone, and a call made out of an answer is not lost', async () => {
  const turns = new Turns()
  const refused = turns.take(async () => {
    throw new Error('no')
  })
  const after = refused.catch(() => turns.take(async () => 'went on'))
  await expect(refused).rejects.toThrow('no')
  expect(await after).toBe('went on')
  expect(await turns.take(async () => 'alone', true)).toBe('alone')
})
