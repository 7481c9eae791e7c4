// A phone before a gate's camera of 1280x720: from the sight of a code to the verdict.
import { TABLET } from '../support/browser.mjs'
import { placed } from '../support/camera.mjs'
import { Gate } from '../support/gate.mjs'
import { median, ms } from './figures.mjs'
import { timePictures, timeSight } from './watched.mjs'

const ROUNDS = 7

/**
 * `scan_to_verdict_ms` begins with the first frame of the video in which the whole code is: the light margin around it is
 * bright at two corners that face each other. Its moment is when the camera took it, as the browser says, or when the page's
 * turn to draw began in which it was handed over, whichever is earlier: the pretended camera stamps some frames late. It ends
 * when the first picture with the verdict has been made. What the stories print, from the taking of the frame that was read
 * to the decision, is `scan_read_to_decision_ms`: frames that were passed over are left out there, and the picture.
 * The gate's node is within reach; each round shows the same pass with the code of another step.
 */
export async function scans(world, wallet) {
  const device = await world.browser.device(world.demo, TABLET, { camera: true })
  for (const watch of [timePictures, timeSight]) await device.context.addInitScript(watch)
  const gate = await Gate.open(device, world.demo, world.browser.camera)
  await wallet.show()
  const rounds = []
  for (let step = 0; rounds.length < ROUNDS; ) {
    await wallet.page.waitForFunction((step) => Number(document.querySelector('.pass').dataset.step) > step, step)
    step = await wallet.step()
    await gate.pastStep(step - 1)
    rounds.push(await sighted(gate, wallet))
  }
  await wallet.leave()
  // An open camera keeps a core busy.
  await device.end()
  const whole = rounds.map(({ first, verdict }) => verdict - first)
  return {
    scan_to_verdict_ms: ms(median(whole)),
    scan_to_verdict_rounds_ms: whole.map(ms),
    scan_read_to_decision_ms: median(rounds.map(({ took }) => took)),
  }
}

async function sighted(gate, wallet) {
  const [png, places] = [await wallet.screen(), await corners(wallet.page)]
  await gate.page.evaluate((places) => void (globalThis.seen = globalThis.sight(places)), places)
  const { colour, reason, took } = await gate.scan(png)
  if (colour !== 'green') throw new Error(`the gate says ${colour}: ${reason}`)
  const seen = await gate.page.evaluate(() => globalThis.seen)
  if (seen.first === null) throw new Error('a verdict came, but the frame with the code was missed')
  await gate.next()
  return { ...seen, took }
}

/** In the camera's picture: the middle of the margin, four modules wide, at the first and the last corner. */
async function corners(page) {
  const { deviceScaleFactor, box, margin } = await page.locator('.code svg').evaluate((code) => {
    const { x, y, width, height } = code.getBoundingClientRect()
    return { deviceScaleFactor: devicePixelRatio, box: { x, y, width, height }, margin: (2 * width) / code.viewBox.baseVal.width }
  })
  const { width, height } = page.viewportSize()
  const { scale, left, top } = placed({ width: width * deviceScaleFactor, height: height * deviceScaleFactor })
  const filmed = (x, y) => ({ x: Math.floor(left + x * deviceScaleFactor * scale), y: Math.floor(top + y * deviceScaleFactor * scale) })
  return [filmed(box.x + margin, box.y + margin), filmed(box.x + box.width - margin, box.y + box.height - margin)]
}
