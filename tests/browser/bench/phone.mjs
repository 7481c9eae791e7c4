// A phone whose calls to its device and whose pictures are timed.
import { PHONE } from '../support/browser.mjs'
import { Wallet } from '../support/wallet.mjs'
import { timeCalls, timePictures } from './watched.mjs'

/** Somebody with a check-in and passes at hand. */
export async function checkedIn(world, name) {
  const device = await world.browser.device(world.demo, PHONE)
  for (const watch of [timeCalls, timePictures]) await device.context.addInitScript(watch)
  const wallet = await Wallet.open(device)
  const person = world.demo.person(name)
  await wallet.create(person, world.demo.dids.employer)
  await wallet.enrol(world.demo, person)
  await wallet.checkin('36.5')
  await wallet.ready()
  await settled(wallet.page)
  return wallet
}

/** Until the page asks nothing of its device. */
export const settled = (page) => page.evaluate(() => globalThis.deviceIdle())

/** The answered calls of that name, the oldest first: how long each took, from when to when, and how many passes it made. */
const calls = (page, name) =>
  page.evaluate(
    (name) =>
      globalThis.deviceCalls.filter((call) => call.name === name).map(({ took, begun, ended, answer }) => ({ took, begun, ended, made: answer?.made })),
    name,
  )

export const syncs = (page) => calls(page, 'wallet.sync')
export const proofs = (page) => calls(page, 'wallet.prove')
export const signatures = (page) => calls(page, 'wallet.signPass')

/** The text of the first code of the pass that was taken out last. */
export const signed = (page) =>
  page.evaluate(() => {
    const taken = globalThis.deviceCalls.findLastIndex(({ name }) => name === 'wallet.takePass')
    return globalThis.deviceCalls.slice(taken).find(({ name }) => name === 'wallet.signPass').answer.text
  })
