import { beforeEach, expect, test, vi } from 'vitest'
import { Desk } from '../../src/device/desk'
import type { BrowserHost } from '../../src/device/host'
import { Browser } from './browser'
import { FakeLibrary, backup } from './library'

const opened = vi.hoisted(() => ({ libraries: [] as unknown[] }))
vi.mock('../../src/device/module', () => ({
  load: async (host: BrowserHost) => {
    const device = new FakeLibrary(host)
    opened.libraries.push(device)
    return { device, version: '1', threads: 1 }
  },
}))

const PASSPHRASE = 'turnip lantern'
const NODE = 'https://node.example'

/** What a page may ask of its own worker. */
interface Page {
  ask(method: string, ...given: unknown[]): Promise<unknown>
  readonly library: FakeLibrary
}

async function page(): Promise<Page> {
  const desk = new Desk(() => undefined)
  await desk.start()
  const ask = (method: string, ...given: unknown[]): Promise<unknown> => desk.do({ id: 1, part: 'wallet', method, given, ahead: false })
  return { ask, library: opened.libraries.at(-1) as FakeLibrary }
}

let browser: Browser
/** A wallet of one person, open on its page. */
let first: Page
beforeEach(async () => {
  browser = new Browser()
  first = await page()
  await first.ask('create', { passphrase: PASSPHRASE }, NODE)
  await first.ask('addPerson')
})

test('a page that is opened again waits for its former self instead of naming another window', async () => {
  const again = await page()
  const state = again.ask('state')
  // A worker ends a moment after its page.
  setTimeout(() => browser.end(), 100)
  expect(await state).toMatchObject({ exists: true, open: false })
  await again.ask('open', { passphrase: PASSPHRASE })
  expect(await again.ask('persons')).toEqual(['nobody yet, one more'])
})

test('a window that stays is named, and one that locks lets the other go on', async () => {
  const other = await page()
  await expect(other.ask('state')).rejects.toMatchObject({ slug: 'other_tab' })
  await first.ask('lock')
  expect(await other.ask('state')).toMatchObject({ exists: true })
  await expect(first.ask('restore', await backup('old', PASSPHRASE), PASSPHRASE, true)).rejects.toMatchObject({ slug: 'other_tab' })
})

test('damaged files give way to a backup once it has opened, and not before', async () => {
  const file = await backup('the backup', PASSPHRASE)
  browser.end()
  browser.damage()
  const damaged = browser.text()
  const again = await page()
  const told = { slug: 'damaged' }
  await expect(again.ask('state')).rejects.toMatchObject(told)
  await expect(again.ask('restore', file, 'turnip lanterns', false)).rejects.toMatchObject({ slug: 'wrong_passphrase' })
  await expect(again.ask('restore', new Uint8Array(9), PASSPHRASE, false)).rejects.toMatchObject({ slug: 'not_a_wallet' })
  await expect(again.ask('state')).rejects.toMatchObject(told)
  expect(browser.text()).toBe(damaged)
  await again.ask('restore', file, PASSPHRASE, false)
  expect(await again.ask('persons')).toEqual(['the backup'])
  // It is the page's from now on, and in the files.
  await again.ask('addPerson')
  browser.end()
  const later = await page()
  await later.ask('open', { passphrase: PASSPHRASE })
  expect(await later.ask('persons')).toEqual(['the backup, one more'])
})

test('damaged files can be erased without a backup', async () => {
  browser.end()
  browser.damage()
  const again = await page()
  await again.ask('erase')
  expect(await again.ask('state')).toMatchObject({ exists: false })
})

test('over a wallet that is whole a backup is taken only where that is said', async () => {
  const file = await backup('the backup', 'another passphrase')
  await expect(first.ask('restore', file, 'another passphrase', false)).rejects.toMatchObject({ slug: 'already_there' })
  expect(await first.ask('persons')).toEqual(['nobody yet, one more'])
  await first.ask('restore', file, 'another passphrase', true)
  expect(await first.ask('persons')).toEqual(['the backup'])
  // Nothing of the old one is left, not even in the files.
  expect(browser.text()).not.toContain('nobody yet')
  await first.ask('addPerson')
  browser.end()
  const later = await page()
  await later.ask('open', { passphrase: 'another passphrase' })
  expect(await later.ask('persons')).toEqual(['the backup, one more'])
})

test('a wrong passphrase and a file that is no backup cost nothing of a wallet that is open', async () => {
  const file = await backup('the backup', PASSPHRASE)
  const before = browser.text()
  await expect(first.ask('restore', file, 'turnip lanterns', true)).rejects.toMatchObject({ slug: 'wrong_passphrase' })
  await expect(first.ask('restore', new Uint8Array(9), PASSPHRASE, true)).rejects.toMatchObject({ slug: 'not_a_wallet' })
  expect(browser.text()).toBe(before)
  expect(await first.ask('persons')).toEqual(['nobody yet, one more'])
  await first.ask('addPerson')
  expect(browser.text()).toContain('nobody yet, one more, one more')
})

test('where the backup does not fit, the old wallet stays and is locked', async () => {
  const file = await backup('the backup', PASSPHRASE)
  for (const handle of browser.files.values()) {
    handle.write = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
  }
  await expect(first.ask('restore', file, PASSPHRASE, true)).rejects.toMatchObject({ slug: 'storage_full' })
  await expect(first.ask('persons')).rejects.toMatchObject({ slug: 'not_open' })
  await first.ask('open', { passphrase: PASSPHRASE })
  expect(await first.ask('persons')).toEqual(['nobody yet, one more'])
})

test('a locked wallet gives way to a backup too', async () => {
  await first.ask('lock')
  await first.ask('restore', await backup('the backup', PASSPHRASE), PASSPHRASE, true)
  expect(await first.ask('persons')).toEqual(['the backup'])
})
