// A server of what the prover's page takes: a few texts, the modules, the proving keys. With the node's headers: without
// isolation there is no shared memory, and so no threads.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' }
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; base-uri 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
}

/** Serves texts by their path, and folders by the first part of it. Resolves to the address and how to end it. */
export async function serve(texts, folders) {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, 'http://localhost').pathname)
    // Threads import the folder of their module.
    const file = path.endsWith('/') && path !== '/' ? `${path}index.js` : path
    const [, first, ...rest] = file.split('/')
    const type = path === '/' ? '.html' : extname(file)
    try {
      const body = texts[path] ?? (await readFile(join(folders[first] ?? '', ...rest)))
      response.writeHead(200, { ...HEADERS, 'content-type': TYPES[type] ?? 'application/octet-stream' }).end(body)
    } catch {
      response.writeHead(404, HEADERS).end()
    }
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  const close = () =>
    new Promise((closed) => {
      server.close(closed)
      server.closeAllConnections()
    })
  return { address: `http://127.0.0.1:${server.address().port}`, close }
}
