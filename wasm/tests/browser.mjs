// Proves the sample pass in headless Chromium, with each module in a worker as the pages have it, and prints the times.
// `node wasm/tests/browser.mjs MODULES PROVING_KEY`, both as paths. Fails where a module does not load, prove or verify.
import { spawn } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { cpus, tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'

const [modules, key] = process.argv.slice(2)
const ROUNDS = 5
const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.html': 'text/html' }
// What the node sends with its pages: without isolation there is no shared memory.
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; base-uri 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
}

const PAGE = `<!doctype html><title>sample</title><script type="module" src="/page.js"></script>`

const PAGE_SCRIPT = `
const prove = (module, threads) => new Promise((resolve, reject) => {
  const worker = new Worker('/worker.js', { type: 'module' })
  worker.onmessage = ({ data }) => { worker.terminate(); data.fault ? reject(new Error(data.fault)) : resolve(data) }
  worker.onerror = (event) => reject(new Error(event.message))
  worker.postMessage({ module, threads })
})
let answer
try {
  answer = { isolated: self.crossOriginIsolated, results: [await prove('single', 1), await prove('threads', ${cpus().length})] }
} catch (error) {
  answer = { fault: String(error) }
}
await fetch('/done', { method: 'POST', body: JSON.stringify(answer) })
`

const WORKER_SCRIPT = `
const timed = async (act) => { const begun = performance.now(); await act(); return Math.round(performance.now() - begun) }
self.onmessage = async ({ data: { module, threads } }) => {
  try {
    let library, sample
    const key = new Uint8Array(await (await fetch('/key')).arrayBuffer())
    const start = await timed(async () => {
      library = await import('/' + module + '/')
      await library.default()
      if (threads > 1) await library.initThreadPool(threads)
    })
    const load = await timed(() => { sample = new library.PassSample(key) })
    const prove = []
    for (let round = 0; round < ${ROUNDS}; round++) prove.push(await timed(() => sample.prove()))
    if (!sample.verify()) throw new Error(module + ': the proof does not hold')
    self.postMessage({ module, threads: library.threads(), version: library.version(), start, load, prove })
  } catch (error) {
    self.postMessage({ fault: module + ': ' + error })
  }
}
`

const text = { '/': PAGE, '/page.js': PAGE_SCRIPT, '/worker.js': WORKER_SCRIPT }

const server = createServer(async (request, response) => {
  const path = normalize(new URL(request.url, 'http://localhost').pathname)
  if (path === '/done') {
    let body = ''
    for await (const part of request) body += part
    response.end()
    return finish(JSON.parse(body))
  }
  const made = text[path]
  const name = path.endsWith('/') ? `${path}index.js` : path
  const file = path === '/key' ? key : join(modules, name)
  const type = path === '/' ? '.html' : made === undefined ? extname(file) : '.js'
  const headers = { ...HEADERS, 'content-type': TYPES[type] ?? 'application/octet-stream' }
  if (made !== undefined) return response.writeHead(200, headers).end(made)
  const found = await stat(file).then((it) => it.isFile(), () => false)
  if (!found) return response.writeHead(404).end()
  response.writeHead(200, headers)
  createReadStream(file).pipe(response)
})

const profile = mkdtempSync(join(tmpdir(), 'luyin-sample-'))
let chromium

function finish({ fault, isolated, results }) {
  server.close()
  chromium.once('exit', () => {
    forget(profile)
    if (fault !== undefined || !isolated) {
      console.error(fault ?? 'the page was not isolated')
      process.exit(1)
    }
    console.log(JSON.stringify(results))
    process.exit(0)
  })
  chromium.kill('SIGTERM')
}

/** Processes of the browser may write for a moment after it has ended. What they leave in the way is not what is tested here. */
function forget(folder) {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  } catch (error) {
    console.warn(`${folder} was left: ${error.code}`)
  }
}

server.listen(0, '127.0.0.1', () => {
  const flags = [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', `--user-data-dir=${profile}`,
  ]
  const page = `http://127.0.0.1:${server.address().port}/`
  chromium = spawn('chromium', [...flags, '--remote-debugging-port=0', page], { stdio: 'ignore' })
  chromium.once('error', (error) => finish({ fault: `no Chromium: ${error.message}` }))
})
