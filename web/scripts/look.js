// Builds the pages on pretended devices, opens every scene in Chromium in both languages and sizes, and checks it:
//   npm run look                              what is wrong, if anything: each language once, each size once
//   npm run look -- --every                   both sizes in both languages
//   npm run look -- FOLDER [part of a name]   the same with a picture of each
// Fails on a violation that axe finds, a refusal of the content security policy, an error of the page, a page that scrolls
// sideways, and a target that a finger would miss.
import { mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { build, preview } from 'vite'
import { VIEWS } from './views.js'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { every: { type: 'boolean' } } })
const [folder, only = ''] = positionals
// The longer language in the larger size is what breaks a page first.
const STYLES = values.every || folder ? ['zh', 'zh-large', 'en', 'en-large'] : ['zh', 'en-large']
const PHONE = { width: 390, height: 844 }
const AXE = 'axe.run(document, { resultTypes: ["violations"] }).then((r) => JSON.stringify(r.violations.map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 160) + " " + n.failureSummary)])))'

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
await build({ configFile: 'vite.fake.config.ts', logLevel: 'error' })
const server = await preview({ configFile: 'vite.fake.config.ts', preview: { port: 0, host: '127.0.0.1' } })
const { port } = server.httpServer.address()
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
if (folder) mkdirSync(folder, { recursive: true })

/** Runs in the page. */
const wrongBoxes = () => {
  const found = []
  const wider = document.documentElement.scrollWidth - document.documentElement.clientWidth
  if (wider > 0) found.push(`scrolls sideways by ${wider}`)
  const targets = 'button, a[href], summary, label:has(input[type=checkbox], input[type=radio]), input:not([type=checkbox], [type=radio], [type=file]), textarea'
  for (const element of document.querySelectorAll(targets)) {
    if (!element.checkVisibility() || element.closest('.unseen, .skip')) continue
    const { width, height } = element.getBoundingClientRect()
    if (height < 48 || width < 44) found.push(`a small target, ${Math.round(width)} x ${Math.round(height)}: ${element.outerHTML.slice(0, 90)}`)
  }
  return found
}

/** The page has drawn what it knows, and has nothing more to do. */
const settled = () => new Promise((done) => requestAnimationFrame(() => requestIdleCallback(() => requestAnimationFrame(() => done()))))

async function look(context, { name, page: html, query, act, viewport }, style) {
  const found = []
  const page = await context.newPage()
  await page.setViewportSize(viewport ?? PHONE)
  page.on('pageerror', (error) => found.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') found.push(message.text())
  })
  try {
    await page.goto(`http://127.0.0.1:${port}/${html}.html?${query}`)
    await page.locator('h1, [role=alert]').first().waitFor()
    await act?.(page, style.slice(0, 2))
    await page.evaluate(settled)
    if (folder) await page.screenshot({ path: join(folder, `${name}-${style}.png`), fullPage: true })
    // Through the debugger's world: the policy rightly refuses scripts that are put into the page.
    const session = await context.newCDPSession(page)
    await session.send('Runtime.evaluate', { expression: axe })
    const { result } = await session.send('Runtime.evaluate', { expression: AXE, awaitPromise: true, returnByValue: true })
    // Printed paper has no headings to walk through.
    for (const [id, nodes] of name.endsWith('-print') ? [] : JSON.parse(result.value)) found.push(`${id}: ${nodes.join(' | ')}`)
    found.push(...(await page.evaluate(wrongBoxes)))
  } catch (error) {
    found.push(error.message.split('\n')[0])
  }
  await page.close()
  return found.map((what) => `${name} ${style}: ${what}`)
}

async function lookAtAll(style) {
  const context = await browser.newContext({ locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
  await context.addInitScript(
    ([language, large]) => {
      localStorage.clear()
      localStorage.setItem('luyin.language', language)
      localStorage.setItem('luyin.large', large)
    },
    [style.slice(0, 2), style.endsWith('large') ? '1' : '0'],
  )
  const found = []
  for (const view of chosen) found.push(...(await look(context, view, style)))
  await context.close()
  return found
}

const chosen = VIEWS.filter(({ name }) => name.includes(only))
const found = []
// Two at a time: one waits for its page while the other is looked at.
await Promise.all(
  ['zh', 'en'].map(async (language) => {
    for (const style of STYLES.filter((style) => style.startsWith(language))) found.push(...(await lookAtAll(style)))
  }),
)
await browser.close()
await server.close()
console.log(found.length === 0 ? `nothing wrong in ${chosen.length} views, ${STYLES.length} ways each` : found.join('\n'))
process.exit(found.length === 0 ? 0 : 1)
