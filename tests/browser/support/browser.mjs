// Chromium and the devices in it: each has a profile, a clock and a line to the node of its own.
import { chromium } from 'playwright-core'
import { Camera } from './camera.mjs'
import { Tap } from './tap.mjs'

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
export const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 }
export const TABLET = { viewport: { width: 800, height: 1000 }, deviceScaleFactor: 1 }
export const DESK = { viewport: { width: 1180, height: 820 }, deviceScaleFactor: 1 }
/** An epoch of the demo and a proof on a busy machine. */
const PATIENCE_MS = 90_000

export class Browser {
  #devices = []

  /** Starts Chromium; `camera` is what every page in it films. */
  static async start() {
    const browser = new Browser()
    browser.camera = new Camera()
    const camera = ['--use-fake-device-for-media-stream=device-count=1', `--use-file-for-fake-video-capture=${browser.camera.file}`]
    browser.chromium = await chromium.launch({ executablePath: CHROMIUM, args: [...QUIET, ...camera] })
    return browser
  }

  /** A device that talks to the node through a tap of its own. */
  async device(demo, shape, { camera = false } = {}) {
    const tap = await Tap.before(demo.node)
    const permissions = camera ? ['camera'] : []
    const context = await this.chromium.newContext({ ...shape, locale: 'en-GB', timezoneId: 'Asia/Shanghai', acceptDownloads: true, permissions })
    context.setDefaultTimeout(PATIENCE_MS)
    const device = new Device(context, tap)
    this.#devices.push(device)
    await device.begin()
    return device
  }

  async end() {
    await Promise.all(this.#devices.map((device) => device.end()))
    await this.chromium.close()
    this.camera.end()
  }
}

/** Somebody's phone, gate or desk. */
export class Device {
  /** Errors of its pages: exceptions, refusals of the content security policy. */
  faults = []
  /** Hosts that its pages asked. */
  hosts = new Set()
  #offset = 0
  #ended = false

  constructor(context, tap) {
    Object.assign(this, { context, tap, origin: tap.origin })
  }

  async begin() {
    await this.context.addInitScript(() => {
      // A blank page keeps nothing.
      if (location.protocol === 'about:') return
      localStorage.setItem('luyin.language', localStorage.getItem('luyin.language') ?? 'en')
      const real = Date.now
      // The pages take their time from here and hand it to their workers.
      globalThis.clockOffset = Number(sessionStorage.getItem('test.clock') ?? 0)
      Date.now = () => real() + globalThis.clockOffset
    })
    this.context.on('request', (request) => this.hosts.add(new URL(request.url()).host))
    this.context.on('weberror', (error) => this.faults.push(error.error().message))
    this.context.on('console', (message) => {
      if (message.type() === 'error' && /content security policy/i.test(message.text())) this.faults.push(message.text())
    })
  }

  /** Opens one of the pages: `w`, `g`, `r` or `a`. */
  async open(entry) {
    const page = await this.context.newPage()
    await page.goto(`${this.origin}/${entry}`)
    return page
  }

  /** Puts this device's clock off by so much, now and after a reload. */
  async setClock(page, offset) {
    this.#offset = offset
    await page.evaluate((offset) => {
      sessionStorage.setItem('test.clock', String(offset))
      globalThis.clockOffset = offset
    }, offset)
  }

  get offset() {
    return this.#offset
  }

  /** No network at all, as in a basement. */
  offline(off) {
    return this.context.setOffline(off)
  }

  async end() {
    if (this.#ended) return
    this.#ended = true
    await this.context.close()
    await this.tap.end()
  }
}
