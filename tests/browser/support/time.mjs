// Time that passes by the demo node's settable clock, for the network and for the phones in a story.
const TICK_MS = 500
export const DAY_MS = 86_400_000
export const HALF_DAY_MS = DAY_MS / 2

export class Time {
  /** How far the network's time has been moved on. */
  #offset = 0
  #ticking
  #ended = false

  /** Of a world with the clock `settable`, which stands still by itself. */
  static async of(world) {
    const time = new Time()
    time.demo = world.demo
    await time.#tick()
    return time
  }

  async #tick() {
    await this.#set().catch(() => undefined)
    if (!this.#ended) this.#ticking = setTimeout(() => void this.#tick(), TICK_MS)
  }

  #set() {
    return this.demo.setClock(Date.now() + this.#offset)
  }

  /** So much time passes, for the network and for a phone. */
  async move(ms, wallet) {
    this.#offset += ms
    await wallet.device.setClock(wallet.page, this.#offset)
    await this.#set()
  }

  /** The same, an hour or more: the newest note comes under an epoch. */
  async pass(ms, wallet) {
    const { epoch } = await this.demo.network()
    await this.move(ms, wallet)
    while ((await this.demo.network()).epoch === epoch) await new Promise((later) => setTimeout(later, 100))
  }

  end() {
    this.#ended = true
    clearTimeout(this.#ticking)
  }
}
