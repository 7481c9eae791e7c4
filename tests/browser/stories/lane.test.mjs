// What goes wrong in front of a gate: screenshots, risk notices, old data, clocks, cameras.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { TABLET } from '../support/browser.mjs'
import { assertReadable } from '../support/reading.mjs'
import { keepScreen } from '../support/screens.mjs'
import { World } from '../support/world.mjs'

const HOUR_MS = 3_600_000

let world, gate, first, second

before(async () => {
  world = await World.start()
  const atGate = world.gate()
  // One registrar, one desk: they come one after the other, and wait for the ledger together.
  first = await world.enrolled('王某')
  const firstReady = withPasses(first)
  second = await world.enrolled('李某')
  ;[gate] = await Promise.all([atGate, firstReady, withPasses(second)])
})
after(() => world?.end())

async function withPasses({ wallet }) {
  await wallet.checkin('36.5')
  await wallet.ready()
}

test('two wallets ask for the same, though their leaves differ', async () => {
  const both = [first.wallet, second.wallet]
  // Once with what is still to be proved, once without.
  for (const wallet of both) await synced(wallet)
  const asked = []
  for (const wallet of both) asked.push(await synced(wallet))
  assert.ok(asked[0].includes('GET /v1/news'), asked[0].join('\n'))
  assert.deepEqual(asked[0], asked[1])
})

/** Syncs a wallet; gives what it asked for until it came to rest. */
async function synced(wallet) {
  await wallet.go('today')
  const { heard } = wallet.device.tap
  const before = heard.length
  await wallet.press('Sync now')
  // What is being proved ahead comes to an end first.
  while (!heard.slice(before).some(({ path }) => path === '/v1/news')) await new Promise((later) => setTimeout(later, 100))
  for (let last = -1; last !== heard.length; ) {
    last = heard.length
    await new Promise((later) => setTimeout(later, 1_500))
  }
  return [...new Set(heard.slice(before).map(({ method, path }) => `${method} ${path}`))].sort()
}

test('a screenshot of another person’s pass is red: scanned already', async () => {
  const { wallet } = first
  await gate.earlyInStep()
  await wallet.show()
  const picture = await wallet.screen()
  const own = await gate.verdict(picture)
  assert.deepEqual([own.colour, own.reason], ['green', 'proved_compare_id'])
  await wallet.leave()

  await gate.seesAnew()
  const { colour, reason } = await gate.verdict(picture)
  assert.deepEqual([colour, reason], ['red', 'replayed'])
})

test('a phone whose clock is off is told, and its pass is red', async () => {
  const { wallet } = second
  await wallet.device.setClock(wallet.page, -95_000)
  await wallet.go('today')
  await wallet.press('Sync now')
  await wallet.says(/This phone’s clock is 9\d s off the server’s/)
  await assertReadable(wallet.page, 'a clock that is off')
  await wallet.show()
  const { colour, reason } = await gate.verdict(await wallet.screen())
  assert.deepEqual([colour, reason], ['red', 'expired'])
  await wallet.leave()
  await wallet.device.setClock(wallet.page, 0)
})

test('a gate whose clock is off says so to its guard', async () => {
  await gate.device.setClock(gate.page, 95_000)
  await gate.press('Settings')
  await gate.press('Update the data now')
  await gate.press('Back to scanning')
  await gate.page.getByText(/This clock is 9\d s off the server’s/).waitFor()
  await assertReadable(gate.page, 'a gate whose clock is off')
  await gate.device.setClock(gate.page, 0)
  await gate.press('Settings')
  await gate.press('Update the data now')
  await gate.press('Back to scanning')
  await gate.page.getByText(/This clock is 9\d s off the server’s/).waitFor({ state: 'detached' })
})

test('within 60 seconds of a risk notice the gate says red, without anybody touching it', async () => {
  const { wallet, person } = first
  // The phone has not heard: it was out of reach.
  await wallet.device.offline(true)
  await world.demo.notify(person)
  const released = Date.now()
  await gate.renewed(released)
  await wallet.show()
  const { colour, reason } = await gate.scan(await wallet.screen())
  assert.deepEqual([colour, reason], ['red', 'under_notice'])
  const seconds = Math.round((Date.now() - released) / 1_000)
  console.log(`from the release to the red verdict: ${seconds} s`)
  assert.ok(seconds <= 60, `${seconds} s`)
  await assertReadable(gate.page, 'a red verdict')
  await keepScreen(gate.page, 'gate-red')
  await gate.next()
  await wallet.leave()
  await wallet.device.offline(false)
  await wallet.go('today')
  await wallet.press('Sync now')
  await wallet.says('There is a risk notice about you, see below')
  await assertReadable(wallet.page, 'under notice')
})

test('who is under a notice appeals from the phone, sees the clock run and the notice end', async () => {
  const { wallet } = first
  await wallet.press('Appeal')
  await wallet.page.getByLabel('Recovered, or the newest result is negative').check()
  await wallet.page.getByLabel(/I want to file this/).check()
  await assertReadable(wallet.page, 'an appeal that is filled in')
  await wallet.press('File the appeal')
  await wallet.page.getByRole('timer').waitFor()
  await assertReadable(wallet.page, 'an appeal that waits')
  await world.demo.grant()
  await wallet.go('today')
  await wallet.press('Sync now')
  await wallet.page.getByText('There is a risk notice about you, see below').waitFor({ state: 'detached' })
  await wallet.go('appeal')
  await wallet.says('negative since Monday')
  await assertReadable(wallet.page, 'an appeal that was granted')
})

test('a gate whose data have expired is grey', async () => {
  const { wallet } = second
  await gate.device.offline(true)
  await gate.device.setClock(gate.page, 49 * HOUR_MS)
  await gate.page.getByText('The gate’s data has expired: every verdict is grey').waitFor()
  await wallet.show()
  const { colour, reason } = await gate.scan(await wallet.screen())
  assert.deepEqual([colour, reason], ['grey', 'bundle_expired'])
  await assertReadable(gate.page, 'a grey verdict')
  await gate.next()
  await wallet.leave()
})

test('a gate that may not use its camera says what to do, and a scanner still works', async () => {
  const device = await world.browser.device(world.demo, TABLET)
  const page = await device.open('g')
  await page.getByLabel('Venue identifier').fill(world.demo.dids.employer)
  await page.getByRole('button', { name: 'Draw the key and register' }).click()
  await world.demo.accredit(await page.locator('.card .mono').first().innerText())
  await page.getByRole('button', { name: 'Use the camera' }).click()
  await page.getByText('The camera may not be used').waitFor()
  await assertReadable(page, 'a camera that may not be used')
  // As a USB scanner types.
  await page.keyboard.type('NOT A PASS')
  await page.keyboard.press('Enter')
  await page.locator('.screen[data-reason=not_ours]').waitFor()
  await device.end()
})

test('no page ran into an error', () => {
  for (const { device } of [gate, first.wallet, second.wallet]) assert.deepEqual(device.faults, [])
})
