// A phone over a demo network: how long its next code takes, and what it asks of the node.
import { PHONE } from '../support/browser.mjs'
import { Wallet } from '../support/wallet.mjs'
import { World } from '../support/world.mjs'
import { median, ms } from './figures.mjs'
import { weigh } from './replay.mjs'
import { timeCalls } from './watched.mjs'

const SHOWINGS = 5
/** Somebody who checks in, passes five gates and looks at the page as often again. */
const LOOKS_A_DAY = 10
const TILES = /^\/forest\/(notes|att)\//

export async function phones(_, __, say) {
  const world = await World.start()
  try {
    const wallet = await checkedIn(world, say)
    const refresh = await refreshes(wallet)
    say(`refresh_ms: ${refresh.refresh_ms}`)
    const daily = await looks(world, wallet)
    say(`a look: ${daily.look_bytes} bytes in ${daily.look_requests} requests`)
    return { ...refresh, ...daily, service_build: 'dev' }
  } finally {
    await world.end()
  }
}

/** Somebody with a check-in and passes at hand, on a phone whose calls are timed. */
async function checkedIn(world, say) {
  const device = await world.browser.device(world.demo, PHONE)
  await device.context.addInitScript(timeCalls)
  const wallet = await Wallet.open(device)
  const person = world.demo.person('李某')
  await wallet.create(person, world.demo.dids.employer)
  await wallet.enrol(world.demo, person)
  await wallet.checkin('36.5')
  await wallet.ready()
  await settled(wallet.page)
  say('enrolled and checked in; passes at hand')
  return wallet
}

/** How long each call of that name took. */
const calls = (page, name) => page.evaluate((name) => globalThis.deviceCalls.filter(([call]) => call === name).map(([, took]) => took), name)

const settled = (page) => page.evaluate(() => globalThis.deviceIdle())

async function refreshes(wallet) {
  for (let showing = 0; showing < SHOWINGS; showing += 1) {
    await wallet.show()
    await wallet.leave()
  }
  const signed = await calls(wallet.page, 'wallet.signPass')
  return { refresh_ms: ms(median(signed)), refresh_rounds_ms: signed.map(ms) }
}

/** Has the page look at the node now, as when it comes into view; gives what it asked. */
async function look(wallet) {
  const { page, device } = wallet
  const [from, synced] = [device.tap.heard.length, (await calls(page, 'wallet.sync')).length]
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await page.waitForFunction((synced) => globalThis.deviceCalls.filter(([call]) => call === 'wallet.sync').length > synced, synced)
  await settled(page)
  return device.tap.heard.slice(from)
}

async function looks(world, wallet) {
  const asked = await look(wallet)
  const tiles = asked.filter(({ path }) => TILES.test(path))
  const rest = asked.filter(({ path }) => !TILES.test(path))
  const [bytes, tileBytes] = [await weigh(world.demo.node, rest), await weigh(world.demo.node, tiles)]
  return {
    look_bytes: bytes.total,
    look_bytes_by_path: bytes.byPath,
    look_requests: asked.length,
    look_tile_bytes: tileBytes.total,
    daily_looks: LOOKS_A_DAY,
    daily_bytes: bytes.total * LOOKS_A_DAY,
  }
}
