// What a screen reader and a thumb would stumble over: axe on a page as it stands.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import assert from 'node:assert/strict'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RUN = `axe.run(document, { resultTypes: ['violations'] }).then((found) => JSON.stringify(found.violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html.slice(0, 160))])))`

/** One for each page. It stays, since a pretended authenticator beside the page would go with it. */
const sessions = new WeakMap()

async function sessionOf(page) {
  if (!sessions.has(page)) sessions.set(page, await page.context().newCDPSession(page))
  return sessions.get(page)
}

/** Fails on any violation. Through the debugger: the page's policy rightly refuses scripts that are put into it. */
export async function assertReadable(page, where) {
  const session = await sessionOf(page)
  await session.send('Runtime.evaluate', { expression: AXE })
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', { expression: RUN, awaitPromise: true, returnByValue: true })
  assert.equal(exceptionDetails, undefined, `axe did not run on ${where}`)
  assert.deepEqual(JSON.parse(result.value), [], where)
}
