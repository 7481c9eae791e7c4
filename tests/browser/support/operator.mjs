// A telecom operator with one subscriber (演示数据): what its base stations noticed, and the itinerary that it attests of it.
import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DAY_MS } from './time.mjs'

const BEIJING_MS = 8 * 3_600_000
const HOUR_S = 3_600
/** A token is a number with its highest bit set, which no telephone number is. */
export const SUBSCRIBER = '8000000000000007'

export const isoDay = (day) => new Date(day * DAY_MS).toISOString().slice(0, 10)

export class Operator {
  #issued = 0

  constructor(demo) {
    this.demo = demo
    this.drop = join(demo.directory, 'drop')
    mkdirSync(this.drop)
  }

  /** Delivers a day at its end: one sighting an hour, from an hour to an hour, in each region. */
  deliver(day, stays) {
    const midnight = (day * DAY_MS - BEIJING_MS) / 1_000
    const rows = stays.flatMap(([region, from, to]) =>
      Array.from({ length: to - from + 1 }, (_, hour) => `${SUBSCRIBER},${midnight + (from + hour) * HOUR_S},${region},update`),
    )
    const folder = join(this.drop, `${isoDay(day + 1)}T0000`)
    const made = `${folder}.part`
    mkdirSync(made)
    writeFileSync(join(made, 'events.csv'), `subscriber,time,region,kind\n${rows.join('\n')}\n`)
    renameSync(made, folder)
  }

  /** The itinerary of the subscriber's window, attested to the card that the subscriber's wallet showed today. */
  async attest(card) {
    this.#issued += 1
    const [asked, out] = [`asked-${this.#issued}.csv`, `itineraries-${this.#issued}`]
    writeFileSync(join(this.demo.directory, asked), `subscriber,binding,card_day\n${SUBSCRIBER},${card.nym},${isoDay(card.day)}\n`)
    await this.demo.luyin('attester', 'itinerary', '--keystore', 'operator.keys', '--drop', 'drop', '--asked', asked, '--out', out)
    const [holder] = readdirSync(join(this.demo.directory, out)).filter((name) => name.endsWith('.attestation.json'))
    return readFileSync(join(this.demo.directory, out, holder), 'utf8')
  }
}
