// The gate page at its post: set up once, then nothing but what its camera sees.
import { filmed } from './camera.mjs'

/** A little longer than a code has to be out of sight to be away. */
const AWAY_MS = 3_000
const ENOUGH_MS = 12_000
const STEP_MS = 30_000

export class Gate {
  constructor(device, page, camera) {
    Object.assign(this, { device, page, camera })
  }

  /** Sets a gate up at the employer's venue, has the authority let it in, and begins to watch. */
  static async open(device, demo, camera) {
    const gate = new Gate(device, await device.open('g'), camera)
    await gate.page.getByLabel('Venue identifier').fill(demo.dids.employer)
    await gate.page.getByLabel('Policy number').fill(demo.policy)
    await gate.press('Draw the key and register')
    const did = await gate.page.locator('.card .mono').first().innerText()
    await demo.accredit(did)
    await gate.press('Use the camera')
    await gate.watching()
    return gate
  }

  press(name) {
    return this.page.getByRole('button', { name, exact: true }).first().click()
  }

  /** Until it reads what it sees. After a reload it goes back to its post by itself. */
  watching() {
    return this.page.getByText('Hold it to the camera, or use the scanner').waitFor()
  }

  /** Holds a screen up; gives the verdict and the milliseconds from the first sight to it. */
  async scan(png) {
    this.camera.show(filmed(png))
    const screen = this.page.locator('.screen')
    await screen.waitFor()
    const [colour, reason, took] = await Promise.all(['data-colour', 'data-reason', 'data-took'].map((name) => screen.getAttribute(name)))
    this.camera.clear()
    return { colour, reason, took: Number(took) }
  }

  /** Until its clock has come past this step. */
  async pastStep(step) {
    await this.page.waitForFunction(({ step, length }) => Math.floor(Date.now() / length) > step, { step, length: STEP_MS }, { polling: 200 })
  }

  /** Until enough of a step is ahead for a code to be drawn, seen and decided in it. */
  async earlyInStep() {
    await this.page.waitForFunction(({ length, enough }) => Date.now() % length < length - enough, { length: STEP_MS, enough: ENOUGH_MS }, { polling: 200 })
  }

  /**
   * Until a code that it has just decided gets a decision again: in the step of the decision it gets none, and one that comes back at
   * once counts as one that never left.
   */
  async seesAnew() {
    const decided = await this.page.evaluate((length) => Math.floor(Date.now() / length), STEP_MS)
    const anew = ({ decided, length, away }) => Math.floor((Date.now() - away) / length) > decided
    await this.page.waitForFunction(anew, { decided, length: STEP_MS, away: AWAY_MS }, { polling: 200 })
  }

  /** The screen goes back to scanning. */
  async next() {
    await this.press('Next')
    await this.page.locator('.screen').waitFor({ state: 'detached' })
  }

  /** Scans and clears away. */
  async verdict(png) {
    const seen = await this.scan(png)
    await this.next()
    return seen
  }

  /** Until it has by itself asked for data newer than this moment, and taken them. */
  async renewed(since) {
    const { heard } = this.device.tap
    while (!heard.some(({ path, at }) => /^\/v1\/gate\/(bundle|list)/.test(path) && at > since)) await new Promise((later) => setTimeout(later, 100))
    await this.page.getByText('Data 0 s old').or(this.page.getByText(/Data \d s old/)).first().waitFor()
  }

  async reload() {
    await this.page.reload()
    await this.watching()
  }

  /** Until the decoder and the page are kept for a start without the server. */
  async kept() {
    await this.page.evaluate(async () => {
      await navigator.serviceWorker.ready
      while ((await (await caches.open('luyin-decoder')).keys()).length === 0) await new Promise((later) => setTimeout(later, 50))
    })
  }

  /** Sends its records. */
  async upload() {
    await this.press('Settings')
    await this.press('Send the records now')
    await this.press('Back to scanning')
    await this.page.getByText('All records sent').waitFor()
  }
}
