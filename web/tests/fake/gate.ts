import App from '../../src/gate/App.svelte'
import { keep } from '../../src/gate/keep'
import { show } from '../../src/shared/page'
import { FakeGate, REASONS, type FakeReason } from '../fake-gate'
import { pretend } from './node'

// ?scene=NAME chooses the state; a verdict's name is what any code is decided to be.
const asked = new URLSearchParams(location.search)
const scene = asked.get('scene') ?? 'lane'
const at = pretend({}, scene === 'clock' ? -95_000 : 0)
const gate = new FakeGate(() => at)
keep('camera', scene === 'start' ? null : scene.startsWith('camera') ? '1' : '0')
keep('night', asked.has('night') ? '1' : null)

const none = { ready: false, did: null, venue: null, policy: null, node: null, bundle: null }
const scenes: Readonly<Record<string, () => void>> = {
  fresh: () => void (gate.known = { ...gate.known, ...none }),
  waiting: () => {
    gate.accredited = false
    gate.known = { ...gate.known, ready: false, bundle: null }
  },
  code: () => void (gate.known.demands_code = true),
  stale: () => {
    gate.reachable = false
    gate.known = { ...gate.known, waiting: 37, bundle: { issued: at - 90_000_000, expires: at - 1_000 } }
  },
  unaccredited: () => void (gate.accredited = false),
  failed: () => gate.refuse('scan', 'gate_disk'),
  cameraDenied: () => void (navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('denied', 'NotAllowedError'))),
  cameraBusy: () => void (navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('in use', 'NotReadableError'))),
}
scenes[scene]?.()
if (Object.hasOwn(REASONS, scene)) gate.decides('LY1:PASS', scene as FakeReason)
Object.assign(globalThis, { gate })
show(App, { connect: () => Promise.resolve(gate) })
