import type { DeviceFault, Form } from '../device/api'
import { asFault, fault, isOffline } from '../shared/fault'
import type { Wallet } from './model.svelte'
import { waitsForLedger } from './queue.svelte'

/**
 * Sends a confirmed check-in through the queue; resolves when it is on the ledger, rejects where it is refused. Without
 * a connection it rejects and stays in the queue: it was confirmed, and goes out once there is one. Where the newest note
 * waits for its epoch, as right after the enrolment, it waits with it.
 */
export function sendCheckin(wallet: Wallet, person: string, form: Form, slot: number): Promise<void> {
  const key = `checkin/${person}`
  wallet.queue.drop(key)
  return new Promise((resolve, reject) => {
    let told = false
    // The screen may be gone by the second time; the queue then shows what is wrong.
    const tell = (why: DeviceFault): void => {
      if (told && !isOffline(why)) throw why
      told = true
      reject(why)
    }
    const run = async (): Promise<void> => {
      const late = wallet.slot() - slot
      try {
        if (late > 1) throw fault('slot_closed', 'the half-day closed before there was a connection')
        await wallet.device.wallet.checkin(person, form, late === 1 ? 'previous' : 'current')
      } catch (thrown) {
        const why = asFault(thrown)
        if (waitsForLedger(why)) throw why
        tell(why)
        if (isOffline(why)) throw why
        return
      }
      await wallet.saveDraft(person, null)
      await wallet.look()
      resolve()
      wallet.catchUp.after(person)
    }
    wallet.queue.add({ key, kind: 'checkin', who: person, urgent: true, run })
  })
}
