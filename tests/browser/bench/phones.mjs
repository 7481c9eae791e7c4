// Phones over a demo network: how long a code takes, from a cold start and before a gate too, what a phone asks of the node,
// and what a change of the risk list costs.
import { World } from '../support/world.mjs'
import { median, ms } from './figures.mjs'
import { shownOffline } from './offline.mjs'
import { checkedIn, settled, signatures, syncs } from './phone.mjs'
import { weigh } from './replay.mjs'
import { riskChange } from './risk.mjs'
import { scans } from './scan.mjs'

const SHOWINGS = 5
/** Somebody who checks in, passes five gates and looks at the page as often again. */
const LOOKS_A_DAY = 10
const TILES = /^\/forest\/(notes|att)\//

export async function phones(_, __, say) {
  const world = await World.start()
  try {
    const wallet = await checkedIn(world, '李某')
    say('enrolled and checked in; passes at hand')
    const refresh = await refreshes(wallet)
    say(`refresh_ms: ${refresh.refresh_ms}`)
    const daily = await looks(world, wallet)
    say(`a look: ${daily.look_bytes} bytes in ${daily.look_requests} requests`)
    const offline = await shownOffline(wallet)
    say(`show_offline_ms: ${offline.show_offline_ms}`)
    const scan = await scans(world, wallet)
    say(`scan_to_verdict_ms: ${scan.scan_to_verdict_ms}`)
    const risk = await riskChange(world, wallet, say)
    return { ...refresh, ...daily, ...offline, ...scan, ...risk, service_build: 'dev' }
  } finally {
    await world.end()
  }
}

async function refreshes(wallet) {
  for (let showing = 0; showing < SHOWINGS; showing += 1) {
    await wallet.show()
    await wallet.leave()
  }
  const took = (await signatures(wallet.page)).map((call) => call.took)
  return { refresh_ms: ms(median(took)), refresh_rounds_ms: took.map(ms) }
}

/** Has the page look at the node now, as when it comes into view; gives what it asked. */
async function look(wallet) {
  const { page, device } = wallet
  const [from, synced] = [device.tap.heard.length, (await syncs(page)).length]
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await page.waitForFunction((synced) => globalThis.deviceCalls.filter(({ name }) => name === 'wallet.sync').length > synced, synced)
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
