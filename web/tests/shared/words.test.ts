import { expect, test } from 'vitest'
import '../../src/attester/faults'
import { faultText, knownSlugs } from '../../src/i18n/faults'

const dictionaries = import.meta.glob<Record<string, unknown>>(['../../src/i18n/common.ts', '../../src/**/words.ts', '../../src/*/words/*.ts', '!../../src/i18n/words.ts'], { eager: true })

const errors = import.meta.glob<string>('../../../device/src/**/*.rs', { eager: true, query: '?raw', import: 'default' })

function texts(part: unknown, path: string): [string, string][] {
  if (typeof part === 'string') return [[path, part]]
  if (typeof part === 'function') {
    // Every gap is filled with a mark that has to come out again.
    const marks = Array.from({ length: part.length }, (_, i) => `⟨${i}⟩`)
    const said = String(part(...marks))
    for (const mark of marks) expect(said, `${path} leaves a gap out`).toContain(mark)
    return [[path, said]]
  }
  if (typeof part !== 'object' || part === null) throw new Error(`${path} is no text`)
  return Object.entries(part).flatMap(([key, inner]) => texts(inner, `${path}.${key}`))
}

const pairs = Object.entries(dictionaries).flatMap(([file, module]) =>
  Object.entries(module).map(([name, words]) => {
    const { zh, en } = words as { zh: unknown; en: unknown }
    return [`${file}:${name}`, zh, en] as const
  }),
)

test('there are dictionaries to look at', () => {
  expect(pairs.length).toBeGreaterThan(8)
})

test.each(pairs)('%s says everything in both languages', (name, zh, en) => {
  const chinese = texts(zh, name)
  const english = texts(en, name)
  expect(english.map(([path]) => path)).toEqual(chinese.map(([path]) => path))
  // What has nothing to say has nothing in either.
  chinese.forEach(([path, text], i) => expect(english[i]?.[1].trim() === '', path).toBe(text.trim() === ''))
})

test('every fault says what it is and what to do, in both languages', () => {
  for (const slug of knownSlugs()) {
    for (const language of ['zh', 'en'] as const) {
      const { what, act, raw } = faultText({ slug, message: '' }, language)
      expect(what.length, slug).toBeGreaterThan(2)
      expect(act.length, slug).toBeGreaterThan(2)
      expect(raw).toBeNull()
      expect(/\p{Script=Han}/u.test(what + act), `${slug} in ${language}`).toBe(language === 'zh')
    }
  }
})

test('whatever the device’s library may refuse has words', () => {
  const slugs = Object.values(errors)
    .filter((text) => text.includes('fn slug('))
    .flatMap((text) => [...text.matchAll(/=> "([a-z_]+)",$/gm)].map(([, slug]) => slug ?? ''))
  expect(slugs.length).toBeGreaterThan(60)
  expect(slugs.filter((slug) => !knownSlugs().includes(slug))).toEqual([])
})

test('a refusal of the node is named by its problem', () => {
  expect(faultText({ slug: 'refused', message: '', detail: { problem: 'live-notice' } }, 'en').what).toMatch(/risk notice/)
  expect(faultText({ slug: 'refused', message: '', detail: {} }, 'en').what).toBe('The server did not accept it')
})

test('a slug of the node has hyphens and the same words', () => {
  expect(faultText({ slug: 'queue-full', message: '' }, 'en').what).toBe('The server is busy')
})

test('a fault without words of its own shows the library’s', () => {
  const text = faultText({ slug: 'some_new_thing', message: 'it is new' }, 'zh')
  expect(text.what).toBe('操作没有成功')
  expect(text.raw).toBe('some_new_thing: it is new')
  expect(faultText({ slug: 'constructor', message: '' }, 'en').raw).toBe('constructor: ')
})
