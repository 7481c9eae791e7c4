// The risk list changes in the morning: how long until everybody's passes rest on the new one, and whether anybody is turned
// away meanwhile.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crowd } from './crowd.mjs'
import { ms } from './figures.mjs'
import { checkedIn, proofs, settled, syncs } from './phone.mjs'
import { Post } from './post.mjs'

/** Nobody of the bench has been there: who was green stays green. */
const REGIONS = 'code\n420100\n'
/** A list takes effect after it has come to the ledger, so it is announced for the next minute. */
const ANNOUNCED_MINUTES = '1'
/** The job of a look that makes every pass of the day that is still missing: this and the next block's walk-ins too. */
const LAST_JOB_BLOCKS = 2
/** A wallet that nobody touches looks at the node every minute, 15 seconds more or less, and then proves. */
const PATIENCE_MS = 180_000

export async function riskChange(world, wallet, say) {
  const { demo } = world
  const other = await checkedIn(world, '王某')
  const post = await Post.open(demo)
  const old = (await lists(demo)).length
  // Out of reach: this phone goes on with what it has.
  await other.device.offline(true)
  await wallet.go('today')
  await settled(wallet.page)

  const published = await publish(demo)
  await post.update()
  const effect = await inEffect(demo)
  say('the new risk list is in effect')
  await post.see(other, old)
  const one = await renewed(wallet, effect)
  say(`risk_change_one_wallet_ms: ${one.ended - published}`)
  // The new list is accepted, and the old one still is: nobody has to be among the first.
  await post.see(wallet, old + 1)
  await post.see(other, old, { walkIns: 0 })
  for (const reason of post.refused()) say(`turned away: ${reason}`)
  await other.device.end()

  return {
    // From the publication until every pass at hand of the day rests on the new list, on a phone that nobody touches.
    risk_change_one_wallet_ms: one.ended - published,
    risk_change_one_wallet: {
      announced_ms: effect - published,
      until_it_looks_ms: one.begun - effect,
      look_to_renewed_ms: one.ended - one.begun,
      proving_ms: ms(one.proving),
      passes: one.passes,
    },
    ...(await crowd(demo.node, one.asked, one.proving, say)),
    risk_change_turned_away: post.refused().length,
    risk_change_shown_on_old_list: post.seenOn(old),
    risk_change_shown_on_new_list: post.seenOn(old + 1),
  }
}

/** Every version of the list and how it stands. */
const lists = async (demo) => (await (await fetch(`${demo.node}/v1/risk-lists`)).json()).risk_lists

/** Two persons of the authority publish another list; gives when it was on the ledger. */
async function publish(demo) {
  writeFileSync(join(demo.directory, 'regions.csv'), REGIONS)
  await demo.govern('risk-list', '--csv', 'regions.csv', '--effective', ANNOUNCED_MINUTES)
  return Date.now()
}

async function inEffect(demo) {
  while ((await lists(demo)).at(-1).standing !== 'current') await new Promise((later) => setTimeout(later, 50))
  return Date.now()
}

/** Until a wallet that is left to itself has renewed its passes: what it asked from that look on, and how long it proved. */
async function renewed({ page, device }, effect) {
  const last = await page.waitForFunction(
    ({ effect, blocks }) => {
      const isLast = ({ name, begun, given }) => name === 'wallet.prove' && begun >= effect && given[1].walkInBlocks === blocks
      return globalThis.deviceCalls.find(isLast)?.ended
    },
    { effect, blocks: LAST_JOB_BLOCKS },
    { timeout: PATIENCE_MS },
  )
  const ended = await last.jsonValue()
  const jobs = (await proofs(page)).filter((job) => job.ended > effect && job.ended <= ended)
  const sync = (await syncs(page)).findLast(({ begun }) => begun <= jobs[0].begun)
  // The page itself asks whether the node is there, then has its device sync.
  const { heard } = device.tap
  const from = heard.findLastIndex(({ at, path }) => at <= sync.begun && path === '/v1/clock')
  return {
    begun: heard[from].at,
    ended,
    asked: heard.slice(from).filter(({ at }) => at <= ended),
    // Calls that prove, whole: what they ask of the node meanwhile is in it too.
    proving: jobs.reduce((sum, { took }) => sum + took, 0),
    passes: jobs.reduce((sum, { made }) => sum + made, 0),
  }
}
