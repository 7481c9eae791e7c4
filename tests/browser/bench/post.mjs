// A gate on the command line: it decides on the text of a code, without a camera that would keep a core busy.
import { riskOf } from './code.mjs'
import { signed } from './phone.mjs'

const STEP_MS = 30_000
/** A wallet has so many for each block of four hours; each is a name of its own. */
const WALK_INS = 4
const KEYS = ['--state', 'gate', '--keystore', 'gate.keys']

export class Post {
  /** Every showing: colour, reason, the version of the risk list. */
  #seen = []
  /** The newest step in which a phone has shown something here. */
  #step = new Map()

  constructor(demo) {
    this.demo = demo
  }

  static async open(demo) {
    const post = new Post(demo)
    await demo.luyin('gate', 'init', ...KEYS, '--venue', demo.dids.employer, '--policy', demo.policy)
    await post.update()
    return post
  }

  /** Fetches newer data. */
  update() {
    return this.demo.luyin('gate', 'bundle', ...KEYS)
  }

  /** Verifies a phone's passes at hand: the venue's and the walk-ins of the running block. */
  async see(wallet, risk, { walkIns = WALK_INS } = {}) {
    // The same code twice in a step would be a replay.
    while (Math.floor(Date.now() / STEP_MS) <= (this.#step.get(wallet) ?? 0)) await new Promise((later) => setTimeout(later, 200))
    for (let walkIn = 0; walkIn <= walkIns; walkIn += 1) {
      await wallet.go('pass')
      if (walkIn > 0) await wallet.page.getByLabel('Elsewhere (walk-in)').check()
      await wallet.show()
      const text = await signed(wallet.page)
      if (riskOf(text) !== risk) throw new Error(`a pass on list ${riskOf(text)} was shown, not on ${risk}`)
      const { verdict } = await this.demo.luyin('gate', 'verify', '--state', 'gate', '--text', text)
      this.#seen.push({ ...verdict, risk })
      await wallet.leave()
    }
    this.#step.set(wallet, Math.floor(Date.now() / STEP_MS))
    await wallet.go('today')
  }

  /** How many showings rested on a version of the list. */
  seenOn(risk) {
    return this.#seen.filter((one) => one.risk === risk).length
  }

  /** Why somebody was not let in, for each showing that was not green. */
  refused() {
    return this.#seen.filter(({ colour }) => colour !== 'green').map(({ reason }) => reason)
  }
}
