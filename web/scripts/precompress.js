// Writes a brotli copy beside every file of dist that shrinks by it. The node serves the copy to whoever takes it.
import { readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, constants } from 'node:zlib'
import { files } from './files.js'

const WORTH_IT = /\.(html|js|css|svg|wasm|webmanifest|json)$/

for (const file of files('dist')) {
  if (!WORTH_IT.test(file)) continue
  const plain = readFileSync(file)
  const packed = brotliCompressSync(plain, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
  })
  if (packed.length < plain.length) writeFileSync(`${file}.br`, packed)
}
