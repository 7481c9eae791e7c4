// A pass from a cold start of the page without a network: the page comes from its service worker, nothing from the node.
import { PASSPHRASE } from '../support/wallet.mjs'
import { median, ms } from './figures.mjs'
import { settled } from './phone.mjs'

const ROUNDS = 5
/** The page before lets go of its files, and its process ends. */
const PAUSE_MS = 1_000

/**
 * `show_offline_ms` is what the machine takes: from the navigation to the form for the passphrase, and from the press of
 * "Show a pass" on the open wallet to the code, by way of the form of the pass, which is sent at once. Between the two a
 * person types and the passphrase is stretched. The stretching is slow by design, against whoever finds the phone, and a
 * wallet that is still open does without: it stands by itself as `unlock_ms`, from the press of "Open" to the open wallet.
 */
export async function shownOffline(wallet) {
  const { device } = wallet
  await wallet.kept()
  await device.offline(true)
  device.tap.cut = true
  const rounds = []
  try {
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await coldStart(wallet))
  } finally {
    device.tap.cut = false
    await device.offline(false)
  }
  await wallet.leave()
  await wallet.ready()
  await settled(wallet.page)
  const figure = (of) => ms(median(rounds.map(of)))
  const whole = ({ page, shown }) => page + shown
  return {
    show_offline_ms: figure(whole),
    show_offline_page_ms: figure(({ page }) => page),
    show_offline_from_unlock_ms: figure(({ shown }) => shown),
    unlock_ms: figure(({ unlock }) => unlock),
    show_offline_rounds_ms: rounds.map(whole).map(ms),
    unlock_rounds_ms: rounds.map(({ unlock }) => ms(unlock)),
  }
}

/** A new page in a browser that runs; ends with the code on the screen. */
async function coldStart(wallet) {
  const { device } = wallet
  await stopServiceWorker(wallet.page)
  await wallet.page.close()
  await new Promise((later) => setTimeout(later, PAUSE_MS))
  wallet.page = await device.open('w')
  const page = await wallet.page.evaluate(() => globalThis.passwordDrawn)
  await wallet.page.getByLabel('Passphrase', { exact: true }).first().fill(PASSPHRASE)
  const { unlock, shown } = await wallet.page.evaluate(openAndShow)
  return { page, unlock, shown }
}

/** Runs in the page: presses each button as soon as it is there. */
async function openAndShow() {
  const { buttonOf, drawn } = globalThis
  const press = (text) => {
    const at = performance.now()
    buttonOf(text).click()
    return at
  }
  const opens = press('Open')
  const opened = await drawn(() => buttonOf('Show a pass'))
  const shows = press('Show a pass')
  await drawn(() => buttonOf('Show'))
  press('Show')
  const shown = await drawn(() => document.querySelector('.code svg'))
  return { unlock: opened - opens, shown: shown - shows }
}

/** A phone has ended it long before; the next page starts it again. */
async function stopServiceWorker(page) {
  const session = await page.context().newCDPSession(page)
  await session.send('ServiceWorker.enable')
  await session.send('ServiceWorker.stopAllWorkers')
  await session.detach()
}
