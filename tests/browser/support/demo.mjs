// A demo network of the real binary in a directory of its own: a node, five trustees, an authority, and their commands.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
/** The service's binary; the caller may name another build. */
export const LUYIN = process.env.LUYIN_BINARY ?? join(ROOT, 'target/debug/luyin')
/** Proving keys that `luyin ceremony dev` made. */
export const KEYS = process.env.LUYIN_KEYS ?? join(ROOT, 'data/keys')
const TRUSTEES = 5
const DAY_MS = 86_400_000
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

/** A number that nobody has: place and birthday are made up, the check digit fits. */
export function idNumber(serial) {
  const digits = `11010519900101${String(serial).padStart(3, '0')}`
  const sum = [...digits].reduce((total, digit, at) => total + Number(digit) * WEIGHTS[at], 0)
  return digits + '10X98765432'[sum % 11]
}

/** The two digits by which a gate's guard knows a number again. */
export const lastDigits = (number) => number.replace(/X$/, '').slice(-2)

export class Demo {
  #process = null
  #desks = 0
  #people = 0

  constructor(root, clock) {
    this.root = root
    this.clock = clock
    this.log = join(root, 'demo.log')
    this.data = join(root, 'network')
  }

  /** Makes a network and runs it. With the clock `settable` its time moves by `setClock` alone. */
  static async start(clock = 'system') {
    const demo = new Demo(mkdtempSync(join(tmpdir(), 'luyin-browser-')), clock)
    demo.port = 0
    demo.trusteePort = await freePorts(TRUSTEES)
    await demo.run()
    return demo
  }

  /** Runs what was made before, under the same address. */
  async run() {
    const log = openSync(this.log, 'a')
    const where = ['--data', this.data, '--keys', KEYS, '--listen', `127.0.0.1:${this.port}`, '--trustee-port', String(this.trusteePort)]
    const child = spawn(LUYIN, ['--json', 'demo', 'up', ...where, '--clock', this.clock], { cwd: this.root, stdio: ['ignore', 'pipe', log] })
    this.#process = child
    const guide = await firstLine(child, `${LUYIN} demo up`, this.log)
    Object.assign(this, { node: guide.node, trustees: guide.trustees.join(','), dids: guide.dids, policy: String(guide.policy) })
    this.directory = guide.directory
    this.passphrase = readFileSync(guide.passphrase_file, 'utf8').trim()
    this.port = Number(new URL(this.node).port)
    await this.untilServing()
  }

  /** The guide is said before the first request is answered. */
  async untilServing() {
    for (let attempt = 0; ; attempt += 1) {
      const answered = await fetch(`${this.node}/v1/network`).then((answer) => answer.ok, () => false)
      if (answered) return
      if (attempt === 200) throw new Error(`the node does not answer; see ${this.log}`)
      await new Promise((later) => setTimeout(later, 50))
    }
  }

  /** Ends node and trustees, as an operator would; the data stay. */
  async stop() {
    const child = this.#process
    this.#process = null
    if (!child || child.exitCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  }

  async end() {
    await this.stop()
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 })
  }

  /** What the network says of itself: its time, slot, epoch. */
  async network() {
    return (await fetch(`${this.node}/v1/network`)).json()
  }

  /** Sets a settable clock. */
  async setClock(now) {
    const answer = await fetch(`${this.node}/dev/clock`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ now }) })
    if (!answer.ok) throw new Error(`the clock was not set: ${await answer.text()}`)
  }

  /** Runs a command in the network's directory and gives its answer. */
  async luyin(...args) {
    const child = this.#spawn(args)
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    if (code !== 0) throw new Error(`luyin ${args.join(' ')} ended with ${code}: ${err}`)
    return JSON.parse(out)
  }

  #spawn(args) {
    const env = { ...process.env, LUYIN_NODE: this.node, LUYIN_PASSPHRASE_FILE: join(this.directory, 'passphrase') }
    return spawn(LUYIN, ['--json', ...args], { cwd: this.directory, env, stdio: ['ignore', 'pipe', 'pipe'] })
  }

  /** A person whom nobody has enrolled yet: a name and a number of their own. */
  person(name) {
    this.#people += 1
    const number = idNumber(this.#people)
    const file = `id-${this.#people}.txt`
    writeFileSync(join(this.directory, file), `${number}\n${name}\n`)
    return { name, number, digits: lastDigits(number), file }
  }

  /** Opens the registrar's desk for a person: the code, and the promise of the enrolment. */
  async desk(person) {
    this.#desks += 1
    const office = ['--keystore', 'registrar.keys', '--register', 'register', '--trustees', this.trustees]
    const child = this.#spawn(['registrar', 'desk', ...office, '--id-number-file', person.file, '--out', `receipt-${this.#desks}.json`, '--yes'])
    const said = createInterface({ input: child.stderr })
    const errors = []
    const code = await new Promise((resolve, reject) => {
      said.on('line', (line) => {
        const code = codeIn(line)
        if (code) resolve(code)
        else errors.push(line)
      })
      child.once('close', (status) => reject(new Error(`the desk closed with ${status}: ${errors.join('\n')}`)))
    })
    const enrolled = once(child, 'close').then(([status]) => {
      if (status !== 0) throw new Error(`the desk closed with ${status}: ${errors.join('\n')}`)
    })
    // A story that fails before it asks must not end the process by this.
    enrolled.catch(() => undefined)
    return { code, enrolled, close: () => child.kill('SIGTERM') }
  }

  /** Two persons of the authority act. */
  async govern(...proposal) {
    await this.luyin('authority', 'propose', '--keystore', 'proposer.keys', '--out', 'action.json', ...proposal)
    await this.luyin('authority', 'approve', '--keystore', 'approver.keys', '--file', 'action.json', '--yes')
  }

  /** Lets a gate act for the employer's venue. */
  accredit(did) {
    return this.govern('accredit', '--subject', did, '--role', 'gate', '--venue', this.dids.employer)
  }

  /** A notice about a person, and the release of its days. */
  async notify(person) {
    writeFileSync(join(this.directory, 'evidence.txt'), 'the evidence on file\n')
    const office = ['--keystore', 'registrar.keys', '--register', 'register']
    await this.luyin('registrar', 'subject', ...office, '--id-number-file', person.file, '--out', 'subject.json')
    const ground = ['--class', 'close-contact', '--evidence', 'evidence.txt', '--clause', '传染病防治法 第三十九条', '--days', '14']
    await this.govern('notice', '--subject', 'subject.json', ...ground, '--opening-out', 'opening.json')
    await this.luyin('authority', 'open', '--opening', 'opening.json', '--evidence', 'evidence.txt', '--trustees', this.trustees)
    await this.luyin('authority', 'release', '--trustees', this.trustees)
  }

  /** Grants the newest appeal; its notice ends. */
  async grant() {
    const { appeals } = await this.luyin('audit', 'appeals')
    await this.govern('answer-appeal', '--appeal', String(appeals.at(-1).entry), '--outcome', 'granted', '--reason', 'negative since Monday')
  }

  /** The laboratory's attestation to the card that a wallet showed. */
  async attest(kind, nym, day, value) {
    const date = new Date(day * DAY_MS).toISOString().slice(0, 10)
    writeFileSync(join(this.directory, 'results.csv'), `binding,day,value\n${nym},${date},${value}\n`)
    const out = `results-${kind}-${nym.slice(0, 8)}`
    await this.luyin('attester', 'issue', '--keystore', 'laboratory.keys', '--kind', kind, '--csv', 'results.csv', '--out', out)
    const [holder] = readdirSync(join(this.directory, out)).filter((name) => name.endsWith('.attestation.json'))
    return readFileSync(join(this.directory, out, holder), 'utf8')
  }
}

function codeIn(line) {
  try {
    return JSON.parse(line).code
  } catch {
    return undefined
  }
}

async function text(stream) {
  let whole = ''
  for await (const part of stream.setEncoding('utf8')) whole += part
  return whole
}

/** The JSON on the first line of what a program says. */
function firstLine(child, name, log) {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line)))
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}: ${readFileSync(log, 'utf8')}`)))
  })
}

/** The first of so many ports in a row that nobody listens on. */
async function freePorts(count) {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 10_000)
    const ports = Array.from({ length: count }, (_, at) => first + at)
    const free = await Promise.all(ports.map(isFree))
    if (free.every(Boolean)) return first
  }
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
