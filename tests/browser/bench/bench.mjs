// What the pages cost in headless Chromium: `cargo xtask bench-web [--json]` builds what this measures.
//   node tests/browser/bench/bench.mjs [--json] [part of a stage's name]
// Progress goes to standard error; a table, or one JSON object, to standard output.
import { cpus, loadavg, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { against, table } from './aims.mjs'
import { phones } from './phones.mjs'
import { provers } from './prover.mjs'
import { sizes } from './sizes.mjs'

const at = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

const PATHS = { web: at('web'), modules: at('web/src/wasm'), keys: at('data/keys') }
const say = (text) => console.error(`    ${text}`)

/** Each gives figures under names of its own. */
const STAGES = {
  sizes: (_, paths) => sizes(paths),
  provers,
  phones,
}

const given = process.argv.slice(2)
const json = given.includes('--json')
const [only = ''] = given.filter((word) => word !== '--json')

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS })
const busy = () => Math.round(loadavg()[0] * 100) / 100
const machine = { cores: cpus().length, cpu: cpus()[0]?.model ?? '', memory_mib: Math.round(totalmem() / (1 << 20)), chromium: browser.version(), load_before: busy() }
let figures = {}
try {
  for (const [name, stage] of Object.entries(STAGES).filter(([name]) => name.includes(only))) {
    console.error(`==> bench-web: ${name}`)
    figures = { ...figures, ...(await stage(browser, PATHS, say)) }
  }
} finally {
  await browser.close()
}
// A machine that does other things beside makes times longer: whoever reads them has to know.
const all = { ...figures, aims: against(figures), machine: { ...machine, load_after: busy() } }
console.log(json ? JSON.stringify(all) : table(all))
