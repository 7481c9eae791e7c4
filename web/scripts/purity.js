// Fails where a built file would be refused by the node's content security policy, or asks another host for anything.
import { readFileSync } from 'node:fs'
import { files } from './files.js'

const BANS = [
  [/\.html$/, /<script(?![^>]*\ssrc=)[^>]*>/i, 'an inline script'],
  [/\.html$/, /<style|\sstyle=/i, 'an inline style'],
  [/\.html$/, /\son[a-z]+=/i, 'an inline handler'],
  [/\.(html|css)$/, /(?:src|href)="https?:|url\(\s*["']?https?:/i, 'another host'],
  [/\.js$/, /\beval\(|new Function\(/, 'code made of text'],
  [/\.js$/, /<[a-z][^<>`]*\sstyle=\\?["']/, 'a style attribute in a template'],
  [/\.css$/, /@import/, 'an import'],
]

const found = []
for (const file of files('dist')) {
  for (const [kind, ban, what] of BANS) {
    if (!kind.test(file)) continue
    const at = ban.exec(readFileSync(file, 'utf8'))
    if (at) found.push(`${file}: ${what}: ${at[0].slice(0, 80)}`)
  }
}
if (found.length > 0) {
  console.error(found.join('\n'))
  process.exit(1)
}
