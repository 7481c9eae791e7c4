import { setClock } from '../../src/shared/now.svelte'
import { show } from '../../src/shared/page'
import App from '../../src/wallet/App.svelte'
import { FakeDevice } from '../fake-device'
import { scene } from '../scenes'

// ?scene=NAME chooses the state; ?at=MS stops the clock, so that pictures of the same state are the same.
const asked = new URLSearchParams(location.search)
const at = Number(asked.get('at') ?? '0')
const device = new FakeDevice()
if (at > 0) {
  const offset = at - Date.now()
  const clock = (): number => (asked.has('still') ? at : Date.now() + offset)
  setClock(clock)
  device.now = at
}
// The node of the fakes answers nothing but its network.
const view = { network: '00'.repeat(32), mode: asked.get('mode') ?? 'development' }
globalThis.fetch = async () => {
  if (asked.has('offline')) throw new TypeError('no network')
  return Response.json({ ...view, now: (at || Date.now()) + Number(asked.get('off') ?? '0'), slot: device.slot })
}
scene(asked.get('scene') ?? 'setup', device)
Object.assign(globalThis, { device })
show(App, { connect: () => Promise.resolve(device) })
