// What most stories begin with: a network, a browser, a gate at its post and somebody with passes at hand.
import { Browser, PHONE, TABLET } from './browser.mjs'
import { Demo } from './demo.mjs'
import { Gate } from './gate.mjs'
import { Wallet } from './wallet.mjs'

export class World {
  static async start(clock) {
    const world = new World()
    ;[world.demo, world.browser] = await Promise.all([Demo.start(clock), Browser.start()])
    return world
  }

  async gate() {
    const device = await this.browser.device(this.demo, TABLET, { camera: true })
    return Gate.open(device, this.demo, this.browser.camera)
  }

  /** A new phone with the wallet's first screen. */
  async phone() {
    return Wallet.open(await this.browser.device(this.demo, PHONE))
  }

  /** Somebody enrolled, who has not yet checked in. */
  async enrolled(name = '李某') {
    const person = this.demo.person(name)
    const wallet = await this.phone()
    await wallet.create(person, this.demo.dids.employer)
    await wallet.enrol(this.demo, person)
    return { person, wallet }
  }

  async end() {
    await this.browser?.end()
    await this.demo?.end()
  }
}
