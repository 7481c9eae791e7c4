// What a phone downloads: the modules after brotli, each entry's first load after gzip.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'

function brotli(file) {
  const plain = readFileSync(file)
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length }
  return { plain: plain.length, packed: brotliCompressSync(plain, { params }).length }
}

export function sizes({ web, modules }) {
  const single = brotli(join(modules, 'single', 'index_bg.wasm'))
  const threads = brotli(join(modules, 'threads', 'index_bg.wasm'))
  const rules = brotli(join(modules, 'rules', 'index_bg.wasm'))
  return {
    wasm_bytes: single.plain,
    wasm_brotli_bytes: single.packed,
    wasm_threads_bytes: threads.plain,
    wasm_threads_brotli_bytes: threads.packed,
    wasm_rules_brotli_bytes: rules.packed,
    entry_gzip_bytes: JSON.parse(execFileSync('node', ['scripts/sizes.js'], { cwd: web, encoding: 'utf8' })),
  }
}
