// A tap between one device and the node: it passes everything on and keeps what the device sent, byte for byte. It hears
// windows, workers and service workers alike, since it is the only origin that their policy lets them talk to.
import { createServer, request as ask } from 'node:http'
import { once } from 'node:events'

export class Tap {
  /** Every request: method, path with query, headers, body. */
  heard = []
  /** Whether the line is cut: nothing is heard and nothing answered. */
  cut = false

  static async before(node) {
    const tap = new Tap()
    tap.node = new URL(node)
    tap.server = createServer((request, response) => void tap.#pass(request, response))
    tap.server.listen(0, '127.0.0.1')
    await once(tap.server, 'listening')
    // By its name: browsers take passkeys and keep files for a secure place alone, and the loopback address is one.
    tap.origin = `http://localhost:${tap.server.address().port}`
    return tap
  }

  async #pass(request, response) {
    if (this.cut) return void request.socket.destroy()
    const parts = []
    for await (const part of request) parts.push(part)
    const body = Buffer.concat(parts)
    const { method, url: path, headers } = request
    this.heard.push({ method, path, headers, body, at: Date.now() })
    const onward = ask({ host: this.node.hostname, port: this.node.port, method, path, headers })
    onward.once('error', () => response.destroy())
    onward.once('response', (answer) => {
      response.writeHead(answer.statusCode, answer.headers)
      answer.pipe(response)
      answer.once('error', () => response.destroy())
    })
    onward.end(body)
  }

  async end() {
    this.server.closeAllConnections()
    await new Promise((closed) => this.server.close(closed))
  }
}
