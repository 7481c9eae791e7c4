import { faultText } from '../i18n/faults'
import { either, language, say } from '../i18n/language.svelte'
import { asFault } from '../shared/fault'
import { now } from '../shared/now.svelte'
import { moment } from '../shared/time'
import { span } from './age'
import { drawn } from '../shared/drawn'
import type { Post } from './post.svelte'
import { CLOCK_WARNS_MS } from './upkeep.svelte'
import { gate } from './words'

export type TestName = 'camera' | 'decoder' | 'worker' | 'storage' | 'bundle' | 'key' | 'clock' | 'sound' | 'queue'
export interface TestResult {
  readonly state: 'fine' | 'mind' | 'bad'
  readonly text: string
}
export const TESTS: readonly TestName[] = ['camera', 'decoder', 'worker', 'storage', 'bundle', 'key', 'clock', 'sound', 'queue']

const fine = (text: string): TestResult => ({ state: 'fine', text })
const mind = (text: string): TestResult => ({ state: 'mind', text })
const bad = (text: string): TestResult => ({ state: 'bad', text })
const told = (thrown: unknown): TestResult => {
  const { what, act, raw } = faultText(asFault(thrown), language.current)
  return bad([what, act, raw].filter(Boolean).join(' '))
}

/** What the device says of itself, by the test that it belongs to. */
async function deviceFaults(post: Post, slugs: readonly string[]): Promise<TestResult | null> {
  const found = (await post.device.gate.selfTest(now())).filter((one) => slugs.some((slug) => one.slug.replaceAll('-', '_').includes(slug)))
  return found.length > 0 ? bad(found.map((one) => either(one.zh, one.en)).join('; ')) : null
}

/** A code of the size that a pass has, as a picture for the decoder. */
export async function pictureOf(text: string): Promise<{ pixels: Uint8ClampedArray<ArrayBuffer>; side: number }> {
  const { size, modules } = await drawn(text, 'low')
  const [scale, quiet] = [4, 4]
  const side = (size + 2 * quiet) * scale
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255)
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const [column, row] = [Math.floor(x / scale) - quiet, Math.floor(y / scale) - quiet]
      const inside = column >= 0 && column < size && row >= 0 && row < size
      if (inside && modules[row * size + column] === 1) pixels.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3)
    }
  }
  return { pixels, side }
}

const RUNS: Readonly<Record<TestName, (post: Post) => Promise<TestResult>>> = {
  camera: async ({ eye, camera }) => {
    const t = say(gate)
    if (!camera) return mind(t.cameraOff)
    if (eye?.fault) return told(eye.fault)
    return eye?.picture ? fine(t.picture(eye.picture.width, eye.picture.height)) : bad(t.opening)
  },
  decoder: async ({ eye, camera }) => {
    const t = say(gate)
    if (!eye?.decoder) return camera ? bad(t.decoderOff) : mind(t.cameraOff)
    const text = `LY1:${'SELFTEST '.repeat(52)}`
    const { pixels, side } = await pictureOf(text)
    const begun = performance.now()
    const read = await eye.decoder.readPicture(pixels, side, side)
    return read.includes(text) ? fine(t.decoderFine(Math.round(performance.now() - begun))) : bad(t.decoderBad)
  },
  worker: async ({ device }) => {
    const begun = performance.now()
    await device.gate.state(now())
    const took = Math.round(performance.now() - begun)
    const { threads, version } = await device.info
    return fine(say(gate).workerFine(took, threads, version))
  },
  storage: async ({ device }) => ((await device.info).storage === 'opfs' ? fine(say(gate).storageFine) : mind(say(gate).storageMind)),
  bundle: async (post) => {
    const t = say(gate)
    const bundle = post.upkeep.state?.bundle
    if (!bundle) return bad(t.bundleNone)
    const words = t.bundleFine(span(now() - bundle.issued), moment(bundle.expires))
    if (now() > bundle.expires) return bad(words)
    return (await deviceFaults(post, ['bundle', 'policy'])) ?? fine(words)
  },
  key: async (post) => (await deviceFaults(post, ['key', 'code'])) ?? fine(say(gate).keyFine),
  clock: async (post) => {
    const t = say(gate)
    const off = await post.device.gate.clockOffset(now())
    if (off === null) return (await deviceFaults(post, ['clock'])) ?? mind(t.clockUnknown)
    const words = t.clockFine((off / 1_000).toFixed(1))
    return Math.abs(off) > CLOCK_WARNS_MS ? bad(`${words}. ${t.clockDo}`) : fine(words)
  },
  sound: async ({ signal }) => {
    const t = say(gate)
    if (signal.muted) return mind(t.soundMuted)
    if (signal.waitsForTap) return mind(t.soundAsleep)
    signal.give('green')
    return fine(t.soundFine)
  },
  queue: async (post) => {
    const state = await post.device.gate.state(now())
    const faults = await deviceFaults(post, ['queue', 'record', 'disk'])
    return faults ?? fine(say(gate).queueFine(state.waiting, state.unsent))
  },
}

/** Runs one test. It never throws: what is thrown is what is wrong. */
export async function runTest(name: TestName, post: Post): Promise<TestResult> {
  try {
    return await RUNS[name](post)
  } catch (thrown) {
    return told(thrown)
  }
}
