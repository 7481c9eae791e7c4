// A clinic's desk: a test for a wallet's card, taken in; another that is withdrawn before it is.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { Attester } from '../support/attester.mjs'
import { DESK } from '../support/browser.mjs'
import { assertReadable } from '../support/reading.mjs'
import { World } from '../support/world.mjs'

let world, wallet, person, clinic

before(async () => {
  world = await World.start()
  ;({ wallet, person } = await world.enrolled('王某'))
  // An attestation is taken into a note that stands under an epoch.
  await wallet.checkin('36.5')
  clinic = await Attester.open(await world.browser.device(world.demo, DESK, { camera: true }), world.demo)
})
after(() => world?.end())

/** The wallet's card for the clinic; the code stands on its screen. */
async function card() {
  await wallet.go('nym')
  await wallet.page.getByLabel('The organisation’s number').fill(world.demo.dids.laboratory)
  await wallet.press('Make the card')
  const shown = wallet.page.locator('section[aria-label="The card"]')
  await shown.getByRole('img').waitFor()
  await shown.locator('svg').last().scrollIntoViewIfNeeded()
  return shown.locator('.mono').innerText()
}

async function takeIn(attestation) {
  await wallet.go('attestations')
  await wallet.page.getByLabel('Paste the attestation').fill(attestation)
  await wallet.press('Take it in')
}

test('a clinic scans a card, compares it, and issues a negative test that the wallet takes in', async () => {
  await assertReadable(clinic.page, 'before a card')
  await card()
  await assertReadable(wallet.page, 'the card with its code')
  assert.deepEqual(await clinic.scan(world.browser.camera, await wallet.screen()), ['王', person.digits])
  await assertReadable(clinic.page, 'to be compared')
  await clinic.test('Negative')
  await assertReadable(clinic.page, 'to be confirmed')
  const attestation = await clinic.issue()
  await assertReadable(clinic.page, 'issued')
  await takeIn(attestation)
  await wallet.says('Received; it is taken in in the background')
  await wallet.says('None is waiting')
  await clinic.press('Next person')
})

test('a card of another clinic and a text that is no card are refused by name', async () => {
  const own = JSON.parse(await card())
  const field = clinic.page.getByLabel('Or paste the card’s text')
  for (const [text, why] of [
    [JSON.stringify({ ...own, attester: world.demo.dids.employer }), 'The card is for another organisation'],
    [JSON.stringify({ ...own, day: own.day - 1 }), 'The card is not of today'],
    ['LY1:ABC', 'This is no holder’s card'],
  ]) {
    await field.fill(text)
    await clinic.press('Read the card')
    await clinic.says(why)
    await assertReadable(clinic.page, why)
  }
  // Accredited for tests and vaccinations, and asked for nothing else.
  assert.equal(await clinic.page.getByRole('radio').count(), 2)
})

test('an attestation that the clinic withdraws before it is taken in is told to the wallet as that', async () => {
  assert.deepEqual(await clinic.take(await card()), ['王', person.digits])
  await clinic.test('Positive')
  const attestation = await clinic.issue()
  await clinic.says('its holder need not take it in')
  await assertReadable(clinic.page, 'an adverse result')
  await clinic.withdraw('mixed-up samples', () => assertReadable(clinic.page, 'to be withdrawn'))
  assert.deepEqual(await clinic.rows(), ['withdrawn', 'issued'])
  await assertReadable(clinic.page, 'the list')
  await takeIn(attestation)
  await wallet.says('No longer on the ledger')
  await wallet.says('None is waiting')
  await assertReadable(wallet.page, 'an attestation that was withdrawn')
})

test('the clinic’s storage has nothing of anybody, and neither page broke its policy', async () => {
  const kept = await clinic.page.evaluate(() => JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }))
  for (const secret of ['王', 'negative', 'positive', world.demo.passphrase]) assert.ok(!kept.includes(secret), secret)
  assert.deepEqual([clinic.device.faults, wallet.device.faults], [[], []])
})
