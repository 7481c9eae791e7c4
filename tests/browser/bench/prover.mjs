// What a proof costs in a browser: each module proves the samples in a worker, as the pages have it do.
import { serve } from './pages.mjs'
import { median, ms } from './figures.mjs'
import { slowed } from './throttle.mjs'

const ROUNDS = 5
/** Verifying takes a hundredth of proving. */
const VERIFY_ROUNDS = 15
const MIB = 1 << 20
/** One thread proves in the page, which CDP slows; several are workers, which signals stop for three quarters of the time. */
const BY_CDP = { rate: 4, where: 'inPage', suffix: '_cdp4x' }
const BY_STOPS = { rate: 4, where: 'inWorker', suffix: '_stopped4x' }

const PAGE = '<!doctype html><title>prover</title><script type="module" src="/page.js"></script>'

/** Runs where it is imported: in a worker, or in the page itself. */
const WORK = `
const SAMPLES = { pass: 'PassSample', checkin: 'CheckinSample' }
const timed = (act) => { const begun = performance.now(); act(); return performance.now() - begun }
export async function work({ module, threads, circuit, rounds, verifyRounds }) {
  const library = await import('/modules/' + module + '/')
  const { memory } = await library.default()
  if (threads > 1) await library.initThreadPool(threads)
  const empty = memory.buffer.byteLength
  const key = new Uint8Array(await (await fetch('/keys/' + circuit + '.pk')).arrayBuffer())
  let sample
  const load = timed(() => { sample = new library[SAMPLES[circuit]](key) })
  const loaded = memory.buffer.byteLength
  const prove = Array.from({ length: rounds }, () => timed(() => sample.prove()))
  const proved = memory.buffer.byteLength
  const verify = Array.from({ length: verifyRounds }, () => timed(() => { if (!sample.verify()) throw new Error(module + ': the proof does not hold') }))
  if (library.threads() !== threads) throw new Error(module + ' proves on ' + library.threads() + ' threads, not on ' + threads)
  return { load, prove, verify, memory: { empty, loaded, proved } }
}
`

const WORKER = `
import { work } from '/work.js'
self.onmessage = ({ data }) => work(data).then((done) => self.postMessage({ done }), (fault) => self.postMessage({ fault: String(fault) }))
`

const PAGE_SCRIPT = `
import { work } from '/work.js'
globalThis.inPage = work
globalThis.inWorker = (given) => new Promise((resolve, reject) => {
  const worker = new Worker('/worker.js', { type: 'module' })
  const end = (settle, value) => { worker.terminate(); settle(value) }
  worker.onmessage = ({ data }) => data.fault ? end(reject, new Error(data.fault)) : end(resolve, data.done)
  worker.onerror = (event) => end(reject, new Error(event.message))
  worker.postMessage(given)
})
`

const TEXTS = { '/': PAGE, '/page.js': PAGE_SCRIPT, '/work.js': WORK, '/worker.js': WORKER }

/** One circuit by one module, in a page of its own: memory that has grown stays. */
async function run(browser, address, given, slow) {
  const context = await browser.newContext()
  const page = await context.newPage()
  try {
    await page.goto(address)
    await page.waitForFunction(() => globalThis.inWorker !== undefined)
    if (!(await page.evaluate(() => globalThis.crossOriginIsolated))) throw new Error('the page is not isolated')
    return await slowed(page, slow, () =>
      page.evaluate(({ given, where }) => globalThis[where](given), { given, where: slow?.where ?? 'inWorker' }),
    )
  } finally {
    await context.close()
  }
}

/** Times of proofs and a verification, in milliseconds, and memory, in MiB. */
export async function provers(browser, { modules, keys }, say) {
  const { address, close } = await serve(TEXTS, { modules, keys })
  const figures = {}
  const rounds = {}
  let memory = { before: 0, with_key: 0, after_proofs: 0 }
  try {
    for (const circuit of ['pass', 'checkin']) {
      for (const [module, threads] of [['single', 1], ['threads', 2]]) {
        for (const slow of [null, threads === 1 ? BY_CDP : BY_STOPS]) {
          const name = `wasm_prove_${circuit}_ms_${threads}t${slow?.suffix ?? ''}`
          const given = { module, threads, circuit, rounds: slow ? 3 : ROUNDS, verifyRounds: slow ? 1 : VERIFY_ROUNDS }
          const done = await run(browser, address, given, slow)
          figures[name] = ms(median(done.prove))
          rounds[name] = done.prove.map(ms)
          say(`${name}: ${figures[name]} (first ${ms(done.prove[0])})`)
          if (threads === 1 && !slow) {
            const mib = { before: done.memory.empty / MIB, with_key: done.memory.loaded / MIB, after_proofs: done.memory.proved / MIB }
            if (mib.after_proofs > memory.after_proofs) memory = mib
            figures[`wasm_load_${circuit}_key_ms`] = ms(done.load)
            if (circuit === 'pass') figures.wasm_verify_ms = ms(median(done.verify))
          }
        }
      }
    }
  } finally {
    await close()
  }
  return { ...figures, prove_memory_mib: memory.after_proofs - memory.before, memory_mib: memory, prove_rounds_ms: rounds }
}
