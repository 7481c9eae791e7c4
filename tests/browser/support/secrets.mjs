// What a wallet must never send, read out of its own backup, and where to look for it.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const EXAMPLE = process.env.LUYIN_WALLET_SECRETS ?? fileURLToPath(new URL('../../../target/debug/examples/wallet_secrets', import.meta.url))
/** Shorter runs of letters are words, not bytes in disguise. */
const DISGUISED = 24

/** The people in a backup: what is kept of each, with the nullifier and the blinding of the newest note. */
export function opened(backup, passphrase) {
  const folder = mkdtempSync(join(tmpdir(), 'luyin-backup-'))
  try {
    const [file, secret] = [join(folder, 'backup.luyin'), join(folder, 'passphrase')]
    writeFileSync(file, backup)
    writeFileSync(secret, passphrase)
    return JSON.parse(execFileSync(EXAMPLE, [file, secret], { encoding: 'utf8' })).people
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The secrets of a person, each with its name, as bytes. `rho` is none: the spend before has shown it. */
export function secretsOf({ kept, nullifier, r }) {
  const secrets = { sk: kept.sk, 'the seed of the DID key': kept.did_seed, rh: kept.note.rh, 'the blinding of the note': r, 'the nullifier of the unspent note': nullifier }
  for (const [at, told] of kept.disclosures.entries()) secrets[`the salt of disclosure ${at}`] = told.salt
  return Object.entries(secrets).map(([name, hex]) => [name, Buffer.from(hex, 'hex')])
}

/** All bytes that a request carries: as they are, and out of every run of hex and base64 in it. */
function carried({ path, headers, body }) {
  const text = [path, ...Object.entries(headers).flat(), body.toString('latin1')].join('\n')
  const found = [Buffer.from(text, 'latin1')]
  for (const [run] of text.matchAll(new RegExp(`[0-9a-fA-F]{${DISGUISED},}`, 'g'))) found.push(Buffer.from(run.slice(run.length % 2), 'hex'), Buffer.from(run, 'hex'))
  for (const [run] of text.matchAll(new RegExp(`[A-Za-z0-9+/_-]{${DISGUISED},}`, 'g'))) found.push(Buffer.from(run, 'base64'))
  return found
}

/** The requests that carry these bytes, in either order, plainly or in hex or base64 or as a decimal number. */
export function carrying(heard, bytes) {
  const needles = [bytes, Buffer.from(bytes).reverse()]
  const decimals = needles.map((one) => BigInt(`0x${one.toString('hex')}`).toString())
  const holds = (part) => needles.some((one) => part.includes(one)) || decimals.some((one) => part.includes(one))
  return heard.filter((request) => carried(request).some(holds)).map(({ method, path }) => `${method} ${path}`)
}

/** The requests in which a reading of a thermometer stands, as it was typed or in tenths. */
export function carryingTemperature(heard, typed) {
  const tenths = Math.round(Number(typed) * 10)
  const says = (value) => (typeof value === 'object' && value !== null ? Object.values(value).some(says) : value === tenths || value === Number(typed) || value === typed)
  const told = ({ path, body }) => {
    if (`${path} ${body.toString('latin1')}`.includes(typed)) return true
    try {
      return says(JSON.parse(body.toString('utf8')))
    } catch {
      return false
    }
  }
  return heard.filter(told).map(({ method, path }) => `${method} ${path}`)
}

/**
 * Every request that a wallet makes beyond the pages' own files. Tiles of notes hold 4,096 leaves: a request of another kind,
 * or of a smaller piece, could tell whose it is.
 */
const ASKED = [
  /^GET \/v1\/(network|clock|news|policies|risk-lists|notices|regions)$/,
  /^GET \/v1\/keys\/[a-z_.-]+$/,
  /^GET \/v1\/releases\?day=\d+$/,
  /^GET \/v1\/(nullifiers|enrolments)\?bucket=[0-9a-f]*&bits=\d+$/,
  /^GET \/v1\/attestations\/roots\?day=\d+$/,
  /^GET \/forest\/notes\/\d+\/(upper|\d{3})(\.p\/\d+)?$/,
  /^GET \/forest\/att\/\d+\/\d+\/(upper|\d{3})(\.p\/\d+)?$/,
  /^GET \/v1\/appeals\?after=\d+$/,
  /^POST \/v1\/(checkins|absorbs|appeals)$/,
  /^POST \/v1\/desks\/[^/]+\/request$/,
]

/** The requests of no known kind. */
export function unknown(heard) {
  const page = /^GET \/(w|sw\.js|index\.html|assets\/.*|[gr]\/index\.html|w\/index\.html|[\w-]+\.(svg|png|webmanifest|ico|js|css))(\?.*)?$/
  const names = new Set(heard.map(({ method, path }) => `${method} ${path}`))
  return [...names].filter((name) => !page.test(name) && !ASKED.some((kind) => kind.test(name)))
}
