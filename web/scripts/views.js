import { GATE_VIEWS } from './gate-views.js'
import { REGULATOR_VIEWS } from './regulator-views.js'

/** What `look.js` looks at: of the wallet, a scene of tests/scenes.ts, the screen, and what to do there first. */
const AT = Date.UTC(2026, 10, 27, 1, 5, 12)
const query = (scene, screen, more = '') => `scene=${scene}&at=${AT}&still${more}#/${screen}`
const wallet = (name, scene, screen = 'today', act, more) => ({ name, page: 'wallet', query: query(scene, screen, more), act })

const press = (zh, en) => (page, language) => page.getByRole('button', { name: language === 'zh' ? zh : en, exact: true }).first().click()
/** A backup file and a passphrase are chosen, and the form is sent: over a wallet that is whole it asks. */
const restore = async (page, language) => {
  await page.locator('input[type=file]').setInputFiles({ name: 'luyin-2026-11-20.luyin', mimeType: 'application/octet-stream', buffer: Buffer.from('backup') })
  await page.locator('input[type=password]').last().fill('turnip lantern')
  await press('恢复', 'Restore')(page, language)
}
const unfold = (zh, en) => (page, language) => page.locator('summary', { hasText: language === 'zh' ? zh : en }).click()
const then = (...acts) => async (page, language) => {
  for (const act of acts) await act(page, language)
}

export const VIEWS = [
  wallet('setup-welcome', 'setup'),
  wallet('setup-passphrase', 'setup', 'today', then(press('新建钱包', 'Make a new wallet'), (page) => page.locator('input[type=password]').first().fill('turnip lantern'))),
  wallet('setup-restore', 'setup', 'today', press('用备份文件恢复', 'Restore a backup file')),
  wallet('locked', 'locked'),
  wallet('locked-wrong', 'locked', 'today', then((page) => page.locator('input[type=password]').fill('guess'), press('打开', 'Open'))),
  wallet('locked-replace', 'locked', 'today', then(unfold('用备份恢复', 'Restore a backup'), restore, (page) => page.getByRole('dialog').waitFor())),
  wallet('damaged', 'damaged'),
  wallet('other-tab', 'otherTab'),
  wallet('today-unenrolled', 'unenrolled'),
  wallet('enrol', 'unenrolled', 'enrol', then((page) => page.locator('input[type=text], input:not([type])').first().fill('abcd2345'), press('提交申请', 'Send the request'))),
  wallet('enrol-waiting', 'waiting', 'enrol'),
  wallet('today-green', 'green'),
  wallet('today-family', 'family'),
  wallet('today-due', 'due'),
  wallet('today-yellow', 'yellow'),
  wallet('today-red', 'red'),
  wallet('today-queue', 'queue'),
  wallet('today-failed', 'failed'),
  wallet('today-offline', 'green', 'today', undefined, '&offline'),
  wallet('today-clock', 'green', 'today', undefined, '&off=-95000'),
  wallet('checkin-consent', 'noConsent', 'checkin'),
  wallet('checkin-empty', 'due', 'checkin', press('提交打卡', 'Send the check-in')),
  wallet('checkin-same', 'due', 'checkin', press('与昨天相同', 'Same as yesterday')),
  wallet('checkin-draft', 'draft', 'checkin'),
  wallet('checkin-late', 'late', 'checkin'),
  wallet('checkin-done', 'green', 'checkin'),
  wallet('pass-choice', 'green', 'pass'),
  wallet('pass-code', 'green', 'pass', then((page) => page.locator('label', { hasText: /复工通行|Return to work/ }).click(), press('出示', 'Show'), (page) => page.locator('.code svg').waitFor())),
  wallet(
    'pass-gate-code',
    'green',
    'pass',
    then(press('出示', 'Show'), (page) => page.locator('.pass input').fill('123456'), press('生成', 'Make'), (page) => page.locator('.code svg').waitFor()),
  ),
  wallet('pass-none', 'noPass', 'pass', press('出示', 'Show')),
  wallet('more', 'family', 'more'),
  wallet('why', 'green', 'why', (page) => page.locator('[data-colour]').waitFor()),
  wallet('why-not', 'yellow', 'why', then((page) => page.locator('label', { hasText: /医院探视|Hospital visit/ }).click(), (page) => page.locator('[data-colour=red]').waitFor())),
  wallet('appeal-form', 'red', 'appeal', press('提交申诉', 'File the appeal')),
  wallet('appeal-open', 'appealed', 'appeal', (page) => page.getByRole('timer').waitFor()),
  wallet('appeal-overdue', 'overdue', 'appeal', (page) => page.getByRole('timer').waitFor()),
  wallet('appeal-none', 'green', 'appeal'),
  wallet('why-tomorrow', 'tomorrow', 'why', then((page) => page.locator('label', { hasText: /明天|Tomorrow/ }).click(), (page) => page.locator('[data-colour=yellow]').waitFor())),
  wallet('why-notice', 'red', 'why', (page) => page.locator('[data-colour=red]').waitFor()),
  wallet('why-to-come', 'green', 'why', then((page) => page.locator('label', { hasText: /春运出行|Spring travel/ }).click(), (page) => page.locator('[data-colour=red]').waitFor())),
  wallet('why-unenrolled', 'unenrolled', 'why'),
  wallet('itinerary', 'itinerary', 'itinerary'),
  wallet('itinerary-consent', 'noConsent', 'itinerary'),
  wallet('attestations', 'attestations', 'attestations'),
  wallet('people', 'family', 'people'),
  wallet('people-add', 'family', 'people', then(press('添加一人', 'Add a person'), press('添加', 'Add'))),
  wallet('paper', 'green', 'paper', then(press('生成', 'Make it'), (page) => page.locator('.sheet').waitFor())),
  wallet('paper-print', 'green', 'paper', then(press('生成', 'Make it'), (page) => page.locator('.sheet').waitFor(), (page) => page.emulateMedia({ media: 'print' }))),
  wallet('disclosures', 'disclosures', 'disclosures'),
  wallet('nym', 'green', 'nym', then((page) => page.locator('main input').first().fill('did:luyin:4TtCvts9marKrWNSe9y8cfVkxGmpCdKHeS7FtwWnSSeE'), press('生成名片', 'Make the card'))),
  wallet('consents', 'green', 'consents'),
  wallet('erase', 'green', 'consents', press('删除钱包', 'Delete the wallet')),
  wallet('backup', 'green', 'backup'),
  wallet('backup-replace', 'family', 'backup', then(unfold('用备份恢复', 'Restore a backup'), restore, (page) => page.getByRole('dialog').waitFor())),
  wallet('backup-refused', 'foreignBackup', 'backup', then(unfold('用备份恢复', 'Restore a backup'), restore, press('替换', 'Replace it'), (page) => page.getByRole('alert').waitFor())),
  wallet('settings', 'green', 'settings'),
  wallet('settings-passkey', 'passkey', 'settings', unfold('换一把通行密钥', 'Another passkey')),
  ...GATE_VIEWS,
  ...REGULATOR_VIEWS,
]
