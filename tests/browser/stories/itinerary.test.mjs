// From what base stations noticed to a card in the wallet; a city on it becomes a risk region; the window passes it by.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Operator, SUBSCRIBER, isoDay } from '../support/operator.mjs'
import { assertReadable } from '../support/reading.mjs'
import { carrying, unknown } from '../support/secrets.mjs'
import { DAY_MS, Time } from '../support/time.mjs'
import { World } from '../support/world.mjs'

const HOME = '310000'
const CITY = '420100'
const WINDOW_DAYS = 7
/** When the list is in effect: its minute, and a little more. */
const LIST_MS = 90_000

let world, time, operator, wallet
/** The day that was spent in the city. */
let away

before(async () => {
  world = await World.start('settable')
  time = await Time.of(world)
  operator = new Operator(world.demo)
  wallet = (await world.enrolled('周某')).wallet
})
after(async () => {
  time?.end()
  await world?.end()
})

const today = async () => (await world.demo.network()).day
const card = () => wallet.page.getByRole('region', { name: 'Itinerary card' })

/** Asks the operator for an itinerary and takes it in. */
async function takeIn(consent) {
  const shown = await wallet.card(world.demo.dids.operator)
  await wallet.takeIn(await operator.attest(shown), consent)
  await wallet.go('itinerary')
  await card().waitFor()
  return card().innerText()
}

/** Looks at the node now, and waits until the page has this word for it. */
async function looks(word) {
  await wallet.go('today')
  await wallet.press('Sync now')
  await wallet.page.getByText(word, { exact: true }).first().waitFor()
}

test('an operator’s events become a card with the places of the window, and nobody is barred by them', async () => {
  const day = await today()
  away = day - 1
  for (let past = day - WINDOW_DAYS; past < away; past += 1) operator.deliver(past, [[HOME, 8, 20]])
  // Six hours there, then five at home; three at a station on the way are no stay.
  operator.deliver(away, [[CITY, 6, 12], ['340100', 13, 16], [HOME, 18, 23]])
  await wallet.checkin('36.5')
  const text = await takeIn(true)
  for (const place of ['Wuhan', 'Shanghai', isoDay(day), `${isoDay(day - WINDOW_DAYS)} to ${isoDay(away)}`, 'Demo data']) assert.ok(text.includes(place), `${place} in ${text}`)
  for (const no of ['Hefei', 'Risk region']) assert.ok(!text.includes(no), `${no} in ${text}`)
  await assertReadable(wallet.page, 'the itinerary card')
  await wallet.press('Show the card')
  await wallet.page.getByRole('timer').waitFor()
  await assertReadable(wallet.page, 'the shown card')
  await wallet.press('Stop showing')
  await wallet.ready()
  await looks('May pass')
})

test('a city of the card on the risk list turns the wallet red, with the clause and the place in words', async () => {
  writeFileSync(join(world.demo.directory, 'cities.csv'), `code\n${CITY}\n`)
  await world.demo.govern('risk-list', '--csv', 'cities.csv', '--effective', '1', '--emergency')
  await time.move(LIST_MS, wallet)
  await looks('May not pass')
  await wallet.says(/risk regions visited: Wuhan \(list 2\)/)
  await assertReadable(wallet.page, 'today, with a risk region')
  await wallet.go('why')
  await wallet.says('Not met')
  await wallet.says(/risk regions visited: Wuhan/)
  await wallet.go('itinerary')
  await card().getByText('Risk region', { exact: true }).waitFor()
  await assertReadable(wallet.page, 'a card with a risk region')
})

test('a request for a correction is made for the operator, with the one place', async () => {
  await wallet.go('itinerary')
  await wallet.page.getByText('Not right? Ask for a correction').click()
  await wallet.page.getByRole('checkbox', { name: 'Wuhan' }).check()
  await wallet.press('Make the request')
  await wallet.says('What happens next')
  await assertReadable(wallet.page, 'a request for a correction')
  const saved = wallet.page.waitForEvent('download')
  await wallet.press('Save as a file')
  const file = readFileSync(await (await saved).path(), 'utf8')
  writeFileSync(join(world.demo.directory, 'correction.json'), file)
  const { request } = await world.demo.luyin('attester', 'correction', 'correction.json')
  assert.deepEqual([request.places, request.reason, request.card.attester], [[CITY], 'border', world.demo.dids.operator])
  assert.ok(!file.includes(HOME), 'a place that is not wrong')
})

test('when the window has passed the city by, a new itinerary makes it green again', async () => {
  await time.pass(WINDOW_DAYS * DAY_MS, wallet)
  const day = await today()
  for (let past = away + 1; past < day; past += 1) operator.deliver(past, [[HOME, 8, 20]])
  const text = await takeIn()
  assert.ok(text.includes('Shanghai') && !text.includes('Wuhan'), text)
  await wallet.checkin('36.6')
  await looks('May pass')
  await wallet.ready()
  await wallet.go('why')
  await wallet.says(/no risk region visited \(list 2\)/)
})

test('no request of the wallet carries a place, or the operator’s name for its subscriber', async () => {
  const { heard } = wallet.device.tap
  for (const word of [HOME, CITY, SUBSCRIBER]) assert.deepEqual(carrying(heard, Buffer.from(word)), [], word)
  assert.deepEqual(unknown(heard), [], 'requests of a kind that nobody has looked at')
  assert.deepEqual(wallet.device.faults, [])
})
