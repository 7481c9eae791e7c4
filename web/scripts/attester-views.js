/** What `look.js` looks at of the attester's page: a scene of tests/fake/attester.ts, and what to do there first. */
const AT = Date.UTC(2026, 10, 27, 1, 5, 12)
const DESK = { width: 1180, height: 820 }
const CLINIC = 'did:luyin:7oKrWNSe9y8cfVkxGmpCdKHeS7FtwWnSSeEQvts2x9Z'
const attester = (name, scene, act, wide) => ({ name: `attester-${name}`, page: 'attester', query: `scene=${scene}&at=${AT}`, act, wide })

const press = (zh, en) => (page, language) => page.getByRole('button', { name: language === 'zh' ? zh : en, exact: true }).first().click()
const choose = (zh, en) => (page, language) => page.getByRole('radio', { name: language === 'zh' ? zh : en }).first().check()
const then = (...acts) => async (page, language) => {
  for (const act of acts) await act(page, language)
}
const open = async (page, language) => {
  await page.locator('input[type=file]').setInputFiles({ name: 'clinic.keys', mimeType: 'application/octet-stream', buffer: Buffer.from('keys') })
  await page.locator('input[type=password]').fill('right')
  await page.locator('form input:not([type=file]):not([type=password])').first().fill(CLINIC)
  await press('打开', 'Open')(page, language)
  await page.locator('nav').waitFor()
}
const card = (text) => then(open, (page) => page.locator('textarea').fill(text), press('读取名片', 'Read the card'))
const compare = then(card('{}'), (page) => page.locator('dd').first().waitFor())
const result = (kind) => then(open, choose(...kind), (page) => page.locator('textarea').fill('{}'), press('读取名片', 'Read the card'), press('一致', 'It matches'))
const TEST = ['检测结果', 'Test result']
const confirm = then(result(TEST), choose('阴性', 'Negative'), press('下一步', 'Next'))
const positive = then(result(TEST), choose('阳性', 'Positive'), press('下一步', 'Next'))
const issued = (page) => page.locator('[data-attestation] svg').waitFor()
const issue = then(confirm, press('开具', 'Issue'))
const list = then(issue, issued, press('已开具', 'Issued'), (page) => page.locator('[data-leaf]').first().waitFor())

export const ATTESTER_VIEWS = [
  attester('open', 'all'),
  attester('open-faults', 'all', press('打开', 'Open')),
  attester('none', 'none', open),
  attester('card', 'all', open),
  attester('card-wide', 'all', open, DESK),
  attester('card-refused', 'all', then(card('LY1:ABC'), (page) => page.getByRole('alert').waitFor())),
  attester('compare', 'all', compare),
  attester('test', 'all', result(TEST)),
  attester('test-faults', 'all', then(result(TEST), press('下一步', 'Next'))),
  attester('doses', 'all', result(['接种', 'Vaccination'])),
  attester('itinerary', 'all', result(['行程', 'Itinerary'])),
  attester('reading', 'all', result(['体温读数', 'Thermometer reading'])),
  attester('confirm', 'all', confirm),
  attester('unanswered', 'unanswered', then(issue, (page) => page.getByRole('alert').waitFor())),
  attester('issued', 'all', then(issue, issued)),
  attester('issued-adverse', 'all', then(positive, press('开具', 'Issue'), issued)),
  attester('list', 'all', list),
  attester('list-none', 'all', then(open, press('已开具', 'Issued'))),
  attester('withdraw', 'all', then(list, (page) => page.locator('[data-leaf] button').first().click(), (page) => page.getByRole('dialog').waitFor())),
]
