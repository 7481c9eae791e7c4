// One person's way from the registrar's desk to a green gate, and what of it still works without server and network.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { DESK } from '../support/browser.mjs'
import { assertReadable } from '../support/reading.mjs'
import { Regulator } from '../support/regulator.mjs'
import { keepScreen } from '../support/screens.mjs'
import { carrying, carryingTemperature, opened, secretsOf, unknown } from '../support/secrets.mjs'
import { PASSPHRASE } from '../support/wallet.mjs'
import { World } from '../support/world.mjs'

const TEMPERATURE = '36.7'
const EXPIRES_MS = 90_000

let world, gate, wallet
/** The code that was let in, and when it was filmed. */
let shown

before(async () => {
  world = await World.start()
})
after(() => world?.end())

test('a wallet enrols, takes in a test, checks in and proves; the gate that films its code says green', async () => {
  const [atGate, enrolled] = await Promise.all([world.gate(), world.enrolled()])
  gate = atGate
  wallet = enrolled.wallet
  await assertReadable(wallet.page, 'enrolled')
  await wallet.absorb(world.demo, 'test', 'negative')
  await wallet.go('checkin')
  await wallet.button('Consent').click()
  await wallet.fill(TEMPERATURE)
  await assertReadable(wallet.page, 'the form')
  await keepScreen(wallet.page, 'wallet-checkin')
  await wallet.checkin(TEMPERATURE)
  await wallet.ready()
  await assertReadable(wallet.page, 'today')
  await keepScreen(wallet.page, 'wallet-today')

  await wallet.show()
  await assertReadable(wallet.page, 'the pass')
  await keepScreen(wallet.page, 'wallet-pass')
  shown = { png: await wallet.screen(), step: await wallet.step(), at: Date.now() }
  const verdict = await gate.scan(shown.png)
  assert.deepEqual([verdict.colour, verdict.reason], ['green', 'proved_compare_id'])
  console.log(`from the first sight of the code to the verdict: ${verdict.took} ms`)
  await assertReadable(gate.page, 'the verdict')
  await keepScreen(gate.page, 'gate-green')
  await gate.next()
  await assertReadable(gate.page, 'the lane')
  await wallet.leave()
})

test('with the server stopped and the network off both pages open again, and the gate says green', async () => {
  await Promise.all([wallet.kept(), gate.kept()])
  await gate.upload()
  await world.demo.stop()
  await Promise.all([wallet.device.offline(true), gate.device.offline(true)])
  await Promise.all([wallet.reload(), gate.reload()])
  await wallet.unlock()
  await wallet.ready()
  await gate.pastStep(shown.step)
  const took = await wallet.show()
  console.log(`from the press to the code, offline: ${took} ms`)
  const { colour, reason } = await gate.verdict(await wallet.screen())
  assert.deepEqual([colour, reason], ['green', 'proved_compare_id'])
  await wallet.leave()
})

test('90 seconds later the same code is red: expired', async () => {
  await gate.page.waitForFunction((then) => Date.now() > then, shown.at + EXPIRES_MS, { polling: 1_000 })
  const { colour, reason } = await gate.verdict(shown.png)
  assert.deepEqual([colour, reason], ['red', 'expired'])
})

test('no request of the wallet carries a secret, a temperature, or the place of its own leaf', async () => {
  const [person] = opened(await wallet.backup(), PASSPHRASE)
  const { heard } = wallet.device.tap
  for (const [name, bytes] of secretsOf(person)) assert.deepEqual(carrying(heard, bytes), [], name)
  assert.deepEqual(carryingTemperature(heard, TEMPERATURE), [])
  assert.deepEqual(unknown(heard), [], 'requests of a kind that nobody has looked at')
  assert.deepEqual([...wallet.device.hosts], [new URL(wallet.device.origin).host])
  // What was spent is sent, so whoever looks for bytes finds them.
  const spent = Buffer.from(person.kept.note.rho, 'hex')
  assert.deepEqual(carrying(heard, spent), ['POST /v1/checkins'])
  assert.equal(person.kept.last_form.temperature, 367)
})

test('back on the network the gate sends its records, and a regulator verifies the proof again', async () => {
  await world.demo.run()
  await Promise.all([wallet.device.offline(false), gate.device.offline(false)])
  await gate.upload()
  const device = await world.browser.device(world.demo, DESK)
  const regulator = await Regulator.open(device, world.demo)
  const records = await regulator.records()
  // A pass newer than the gate's data is decided once more when these have come; that it was not at first stays on record.
  const decided = records.filter(({ colour }) => colour !== 'grey')
  assert.deepEqual(decided.map(({ colour }) => colour).sort(), ['green', 'green', 'red'])
  await assertReadable(regulator.page, 'the records')
  assert.deepEqual(await regulator.verify('green'), [true, true])
  await assertReadable(regulator.page, 'one record')
  await keepScreen(regulator.page, 'regulator-record')
  for (const one of [wallet.device, gate.device, device]) assert.deepEqual(one.faults, [])
  await device.end()
})
