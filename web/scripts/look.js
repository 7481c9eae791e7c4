// Builds the pages on pretended devices, opens every scene in Chromium, checks it with axe and takes its picture:
//   npm run look -- FOLDER [word of a scene's name]
// Fails on any violation, on any refusal of the content security policy, and on any error of the page.
import { mkdirSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { build, preview } from 'vite'
import { VIEWS } from './views.js'

const [folder = 'dist-fake/pictures', only = ''] = process.argv.slice(2)
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
await build({ configFile: 'vite.fake.config.ts', logLevel: 'warn' })
const server = await preview({ configFile: 'vite.fake.config.ts', preview: { port: 0, host: '127.0.0.1' } })
const { port } = server.httpServer.address()
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
mkdirSync(folder, { recursive: true })

const found = []
for (const { name, page: html, query, act, wide } of VIEWS.filter((view) => view.name.includes(only))) {
  for (const style of (process.env.STYLES ?? 'zh,en,zh-large,en-large').split(',')) {
    const context = await browser.newContext({ viewport: wide ?? { width: 390, height: 844 }, deviceScaleFactor: 1, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', bypassCSP: false })
    await context.addInitScript(
      ([language, large]) => {
        localStorage.setItem('luyin.language', language)
        localStorage.setItem('luyin.large', large)
      },
      [style.slice(0, 2), style.endsWith('large') ? '1' : '0'],
    )
    const page = await context.newPage()
    const tell = (what) => found.push(`${name} ${style}: ${what}`)
    page.on('pageerror', (error) => tell(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') tell(message.text())
    })
    await page.goto(`http://127.0.0.1:${port}/${html}.html?${query}`)
    await page.locator('h1, [role=alert]').first().waitFor()
    try {
      await act?.(page, style.slice(0, 2))
    } catch (error) {
      tell(error.message.split('\n')[0])
    }
    await page.waitForTimeout(120)
    await page.screenshot({ path: join(folder, `${name}-${style}.png`), fullPage: true })
    // Through the debugger's world: the policy rightly refuses scripts in the page.
    const session = await context.newCDPSession(page)
    await session.send('Runtime.evaluate', { expression: axe })
    const { result } = await session.send('Runtime.evaluate', {
      expression: 'axe.run(document, { resultTypes: ["violations"] }).then((r) => JSON.stringify(r.violations.map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 160) + " " + n.failureSummary)])))',
      awaitPromise: true,
      returnByValue: true,
    })
    // Printed paper has no headings to walk through.
    for (const [id, nodes] of name.endsWith('-print') ? [] : JSON.parse(result.value)) tell(`${id}: ${nodes.join(' | ')}`)
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    if (wider > 0) tell(`scrolls sideways by ${wider}`)
    const small = await page.evaluate(() =>
      [...document.querySelectorAll('button, a[href], summary, label:has(input[type=checkbox], input[type=radio]), input:not([type=checkbox], [type=radio], [type=file], .unseen), textarea')]
        .filter((element) => element.checkVisibility() && !element.closest('.unseen, .skip') && !element.matches('.unseen, .skip'))
        .map((element) => [element.outerHTML.slice(0, 90), element.getBoundingClientRect()])
        .filter(([, box]) => box.height < 48 || box.width < 44)
        .map(([html, box]) => `${html} ${Math.round(box.width)}x${Math.round(box.height)}`),
    )
    for (const target of small) tell(`a small target: ${target}`)
    await context.close()
  }
}
await browser.close()
await server.close()
writeFileSync(join(folder, 'found.txt'), found.join('\n'))
console.log(found.length === 0 ? `nothing found in ${VIEWS.length} views` : found.join('\n'))
process.exit(found.length === 0 ? 0 : 1)
