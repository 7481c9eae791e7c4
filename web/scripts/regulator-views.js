/** What `look.js` looks at of the regulator's page: a scene of tests/fake/regulator.ts, and what to do there first. */
const AT = Date.UTC(2026, 10, 27, 1, 5, 12)
const DESK = { width: 1180, height: 820 }
const regulator = (name, scene, act, wide) => ({ name: `regulator-${name}`, page: 'regulator', query: `scene=${scene}&at=${AT}`, act, wide })

const press = (zh, en) => (page, language) => page.getByRole('button', { name: language === 'zh' ? zh : en, exact: true }).first().click()
const then = (...acts) => async (page, language) => {
  for (const act of acts) await act(page, language)
}
const open = async (page, language) => {
  await page.locator('input[type=file]').setInputFiles({ name: 'regulator.keys', mimeType: 'application/octet-stream', buffer: Buffer.from('keys') })
  await page.locator('input[type=password]').fill('right')
  await page.locator('form input:not([type=file]):not([type=password])').first().fill('did:luyin:6nKrWNSe9y8cfVkxGmpCdKHeS7FtwWnSSeEQvts2x9Z')
  await press('打开', 'Open')(page, language)
  await page.locator('nav').waitFor()
}
const list = then(open, press('查询', 'Search'), (page) => page.locator('h2').waitFor())
const one = (at) => then(list, (page) => page.locator('tbody button').nth(at).click(), (page) => page.locator('details').waitFor())
const check = then(press('在本机复核', 'Verify here'), (page) => page.locator('[data-holds]').first().waitFor())
const verify = then(open, press('区间复核', 'Verify a range'), press('复核这一段', 'Verify this range'), (page) => page.locator('.notice').waitFor())
const report = then(open, press('签名报告', 'Signed report'), press('制作报告', 'Make a report'), (page) => page.locator('table').waitFor())

export const REGULATOR_VIEWS = [
  regulator('open', 'all'),
  regulator('open-faults', 'all', press('打开', 'Open')),
  regulator('records', 'all', list),
  regulator('records-wide', 'all', list, DESK),
  regulator('records-none', 'none', list),
  regulator('record', 'all', then(one(0), check)),
  regulator('record-wide', 'all', then(one(0), check), DESK),
  regulator('record-wrong', 'found', then(one(0), check)),
  regulator('record-manual', 'all', one(3)),
  regulator('verify', 'all', verify),
  regulator('verify-found', 'found', verify),
  regulator('actions', 'all', then(open, press('授权行为', 'Authority actions'), (page) => page.locator('article').first().waitFor())),
  regulator('appeals', 'all', then(open, press('申诉', 'Appeals'), (page) => page.locator('article').first().waitFor())),
  regulator('checkpoint', 'all', then(open, press('检查点', 'Checkpoint'), (page) => page.locator('dl').waitFor())),
  regulator('checkpoint-wrong', 'found', then(open, press('检查点', 'Checkpoint'), (page) => page.locator('dl').waitFor())),
  regulator('report', 'found', report),
  regulator('reads', 'all', then(open, press('查询日志', 'Log of reads'), (page) => page.locator('table').waitFor())),
  regulator('reads-wide', 'all', then(open, press('查询日志', 'Log of reads'), (page) => page.locator('table').waitFor()), DESK),
]
