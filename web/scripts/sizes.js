// Prints what the first load of each entry weighs, in bytes after gzip: its page, and every script and style that the page
// names or that those import at once. WASM, keys and what is loaded later do not count.
import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { gzipSync } from 'node:zlib'

const ENTRIES = { home: 'index.html', wallet: 'w/index.html', gate: 'g/index.html', regulator: 'r/index.html', attester: 'a/index.html' }

function firstLoad(page) {
  const seen = new Map()
  const visit = (path) => {
    if (seen.has(path)) return
    const text = readFileSync(join('dist', path))
    seen.set(path, gzipSync(text, { level: 9 }).length)
    if (path.endsWith('.js')) {
      const named = text.toString().matchAll(/(?:from|import)\s*["'](\.{1,2}\/[^"']+\.js)["']/g)
      for (const [, next] of named) visit(posix.join(posix.dirname(path), next))
    }
  }
  const html = readFileSync(join('dist', page), 'utf8')
  seen.set(page, gzipSync(html, { level: 9 }).length)
  for (const [, path] of html.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css|svg))"/g)) visit(path)
  return [...seen.values()].reduce((sum, size) => sum + size, 0)
}

const sizes = Object.fromEntries(Object.entries(ENTRIES).map(([name, page]) => [name, firstLoad(page)]))
console.log(JSON.stringify(sizes))
