// What becomes of a wallet: wrong codes, passkeys and passphrases, two windows, lost storage, damage.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { Authenticator } from '../support/authenticator.mjs'
import { assertReadable } from '../support/reading.mjs'
import { carrying, opened } from '../support/secrets.mjs'
import { HALF_DAY_MS, Time } from '../support/time.mjs'
import { PASSPHRASE, Wallet } from '../support/wallet.mjs'
import { World } from '../support/world.mjs'

let world, time, wallet, person, old, reader

before(async () => {
  world = await World.start('settable')
  time = await Time.of(world)
})
after(async () => {
  time?.end()
  await world?.end()
})

const halfDay = () => time.pass(HALF_DAY_MS, wallet)

const sentCheckins = () => wallet.device.tap.heard.filter(({ method, path }) => method === 'POST' && path === '/v1/checkins').length

test('a desk’s code that is wrong is refused, and the right one enrols', async () => {
  person = world.demo.person('王某')
  wallet = await world.phone()
  await assertReadable(wallet.page, 'welcome')
  await wallet.create(person, world.demo.dids.employer)
  await wallet.request('ABCD 2345')
  await wallet.says('The code has 16 letters and digits; compare it with the screen')
  // Of the right form, and of no desk.
  await wallet.request('0000 0000 0000 0000')
  await wallet.says('The desk’s code has run out')
  await assertReadable(wallet.page, 'a wrong code')
  await wallet.enrol(world.demo, person)
})

test('a passkey is added with the passphrase, and then opens the wallet alone', async () => {
  await wallet.go('settings')
  const plain = await Authenticator.beside(wallet.page, { secrets: false })
  await wallet.addPasskey()
  await wallet.says('Passkeys of this device cannot open a wallet')
  await assertReadable(wallet.page, 'a passkey without a secret')
  await plain.end()
  reader = await Authenticator.beside(wallet.page)
  await wallet.addPasskey('turnip lantern ferry quarts')
  await wallet.says('Wrong passphrase')
  // One that was made all the same could be the first that is asked when the wallet is to open.
  assert.deepEqual(await reader.passkeys(), [])
  await wallet.addPasskey()
  await wallet.says('A passkey was added')
  await assertReadable(wallet.page, 'a passkey was added')
  await wallet.reload()
  await assertReadable(wallet.page, 'locked, with a passkey')
  await wallet.press('Open with the passkey')
  await wallet.isOpen()
  // The server hears nothing of it.
  const [made] = await reader.passkeys()
  for (const part of ['credentialId', 'userHandle']) assert.deepEqual(carrying(wallet.device.tap.heard, Buffer.from(made[part], 'base64')), [], part)
})

test('a passkey that was removed opens nothing and says so, the passphrase opens, and another takes its place', async () => {
  await wallet.reload()
  await reader.forget()
  await notOpenedByPasskey('a passkey that was removed')
  await wallet.go('settings')
  const made = new Set()
  // The second time the one before is still there.
  for (const time of ['a removed one', 'one that is there']) {
    await wallet.page.getByText('Another passkey', { exact: true }).click()
    await assertReadable(wallet.page, `another passkey in the place of ${time}`)
    await wallet.addPasskey()
    await wallet.says('A passkey was added')
    const kept = await reader.passkeys()
    assert.equal(kept.length, 1)
    made.add(kept[0].credentialId)
  }
  assert.equal(made.size, 2)
  await wallet.reload()
  await wallet.press('Open with the passkey')
  await wallet.isOpen()
})

test('somebody else’s finger opens nothing', async () => {
  await wallet.reload()
  await reader.meetsStranger()
  await notOpenedByPasskey('a finger that is not known')
  await reader.end()
})

/** The passkey is not given: the page says so, stays locked, and opens by the passphrase. */
async function notOpenedByPasskey(where) {
  await wallet.press('Open with the passkey')
  await wallet.says('No passkey was used')
  await wallet.says('Try again, or use the passphrase.')
  await assertReadable(wallet.page, where)
  assert.equal(await wallet.page.getByRole('navigation', { name: 'Main pages' }).count(), 0)
  await wallet.unlock()
  await wallet.isOpen()
}

test('a wrong passphrase opens nothing and says so', async () => {
  await wallet.reload()
  await wallet.unlock('turnip lantern ferry quarts')
  await wallet.says('Wrong passphrase')
  await assertReadable(wallet.page, 'a wrong passphrase')
  await wallet.unlock()
  await wallet.isOpen()
  old = await wallet.backup()
})

test('two windows at once spend a note once', async () => {
  await wallet.go('checkin')
  await wallet.button('Consent').click()
  await wallet.fill('36.5')
  const other = await Wallet.open(wallet.device)
  await other.says('Another window is using this wallet')
  await assertReadable(other.page, 'another window')
  // Below the bar of pages it would first have to be scrolled to, and come too late.
  await wallet.button('Send the check-in').hover()
  // Both at the same moment: the one sends, the other takes over.
  await Promise.all([wallet.press('Send the check-in'), other.press('Take over here')])
  await wallet.says('The wallet was opened in another window')
  await other.unlock()
  await other.checkinDone()
  assert.equal(sentCheckins(), 1)
  await wallet.page.close()
  wallet = other
})

test('cleared storage is restored from a backup that is five check-ins old', async () => {
  for (const temperature of ['36.4', '36.5', '36.6', '36.7']) {
    await halfDay()
    await wallet.checkin(temperature)
  }
  assert.equal(sentCheckins(), 5)
  const [before] = opened(await wallet.backup(), PASSPHRASE)
  await wallet.clearStorage()
  await wallet.press('Restore a backup file')
  await wallet.restore(old)
  await wallet.go('today')
  await wallet.ready()
  const [now] = opened(await wallet.backup(), PASSPHRASE)
  assert.deepEqual(now.kept.note, before.kept.note)
  await halfDay()
  await wallet.checkin('36.8')
})

test('over a wallet that is whole a backup asks first, and a wrong passphrase costs nothing', async () => {
  const [before] = opened(await wallet.backup(), PASSPHRASE)
  await wallet.page.getByText('Restore a backup', { exact: true }).click()
  await wallet.restore(old, 'turnip lantern ferry quarts')
  await wallet.says('Replace the wallet on this device?')
  await assertReadable(wallet.page, 'the question before a backup')
  await wallet.press('Replace it')
  await wallet.says('The wallet on this device is as it was.')
  await wallet.says('Wrong passphrase')
  const [still] = opened(await wallet.backup(), PASSPHRASE)
  assert.deepEqual([still.kept.note, still.kept.consents], [before.kept.note, before.kept.consents])
  await wallet.restore(old)
  await wallet.press('Replace it')
  await wallet.page.waitForFunction(() => location.hash === '#/today')
  await wallet.ready()
  const [now] = opened(await wallet.backup(), PASSPHRASE)
  assert.deepEqual(now.kept.note, before.kept.note)
  // As it was said: the note is found on the ledger, a consent is not.
  assert.equal(before.kept.consents.length, 1)
  assert.equal(now.kept.consents, undefined)
})

test('a damaged wallet says so, and a backup takes its place', async () => {
  const backup = await wallet.backup()
  await wallet.damage()
  await wallet.says('The wallet kept on this device is damaged')
  await assertReadable(wallet.page, 'a damaged wallet')
  await wallet.restore(backup)
  await wallet.isOpen()
  const [[before], [now]] = [opened(backup, PASSPHRASE), opened(await wallet.backup(), PASSPHRASE)]
  assert.deepEqual(now.kept.note, before.kept.note)
  assert.deepEqual(wallet.device.faults, [])
})
