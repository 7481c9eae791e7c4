// A company of 400 renews its passes at once. One of them is a phone of this bench. The requests of its look are made again
// for all 400; none of the others proves here, since each phone proves by itself, on its own processor.
import { ms, quantile } from './figures.mjs'
import { isRead, replayed } from './replay.mjs'

const PHONES = 400
/** One load client on the node's own cores has that many requests under way. */
const AT_ONCE = 100
/** So often a phone sends a read that the node has no room for. */
const ATTEMPTS = 3
/** The other addresses of this machine's loopback: one for each phone, and one for an office that all of them sit behind. */
const OWN = (phone) => `127.1.${Math.floor(phone / 200)}.${1 + (phone % 200)}`
const OFFICE = () => '127.2.0.1'

/**
 * All 400 ask at the same moment, where the looks of real ones fall all over a minute. Their notes are not on this ledger: a
 * real one's tiles of notes hold 32 bytes more for each. `asked` and `proving` are the one phone's.
 */
export async function crowd(node, asked, proving, say) {
  const apart = await replayed(node, asked, { phones: PHONES, atOnce: AT_ONCE, addressOf: OWN })
  const last = quantile(apart.map(({ ended }) => ended), 1)
  say(`risk_change_400_by_replay_ms: ${ms(last)}`)
  // One address has a budget for floods. All phones wait there at once, each until the node says that it may ask again.
  const office = await replayed(node, asked, { phones: PHONES, atOnce: PHONES, addressOf: OFFICE })
  const sum = (all, of) => all.reduce((total, one) => total + one[of], 0)
  const times = (all) => {
    const ended = all.map((one) => one.ended)
    return { wallet_p50_ms: ms(quantile(ended, 0.5)), wallet_p99_ms: ms(quantile(ended, 0.99)) }
  }
  return {
    risk_change_400_by_replay_ms: ms(last),
    risk_change_400_by_replay: {
      replayed_without_a_phone: PHONES - 1,
      at_once: AT_ONCE,
      ...times(apart),
      wallet_requests: asked.filter(isRead).length,
      wallet_bytes: Math.round(sum(apart, 'bytes') / PHONES),
      refused: sum(apart, 'refused'),
    },
    // The node's last answer, and after it the proving of one phone. What that phone asked while it proved counts twice.
    risk_change_400_modelled_ms: ms(last + proving),
    risk_change_400_modelled_each_phone_proves_ms: ms(proving),
    risk_change_400_one_address_by_replay_ms: ms(quantile(office.map(({ ended }) => ended), 1)),
    risk_change_400_one_address_by_replay: {
      ...times(office),
      refused: sum(office, 'refused'),
      // These asked once more than a phone does, whose job then waits for the next look, a minute later.
      replayed_beyond_a_phones_attempts: office.filter(({ mostAttempts }) => mostAttempts > ATTEMPTS).length,
    },
  }
}
