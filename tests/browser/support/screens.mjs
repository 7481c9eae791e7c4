// Pictures for the documents: written only where LUYIN_SCREENS says so, into docs/screens.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import assert from 'node:assert/strict'
import { PNG } from 'pngjs'

const FOLDER = fileURLToPath(new URL('../../../docs/screens', import.meta.url))
const LARGEST = 80_000

/** Keeps a picture of what a page shows, at the size of the screen. */
export async function keepScreen(page, name) {
  if (!process.env.LUYIN_SCREENS) return
  mkdirSync(FOLDER, { recursive: true })
  await page.evaluate(() => scrollTo(0, 0))
  const picture = PNG.sync.read(await page.screenshot({ scale: 'css', animations: 'disabled' }))
  // Without transparency and packed hard: a fifth less than what the browser makes of it.
  const small = PNG.sync.write(picture, { colorType: 2, deflateLevel: 9, deflateStrategy: 0, filterType: 0 })
  assert.ok(small.length < LARGEST, `${name}.png has ${small.length} bytes, more than ${LARGEST}`)
  writeFileSync(join(FOLDER, `${name}.png`), small)
}
