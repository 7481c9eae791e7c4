/** What `look.js` looks at of the gate's page: a scene of tests/fake/gate.ts, and what to do there first. */
const AT = Date.UTC(2026, 10, 27, 1, 5, 12)
const LYING = { width: 844, height: 390 }
const gate = (name, scene, act, more = '', wide) => ({ name: `gate-${name}`, page: 'gate', query: `scene=${scene}&at=${AT}${more}`, act, wide })

/** What a USB scanner types. */
const scan = async (page) => {
  await page.locator('.finder').waitFor()
  await page.evaluate(() => {
    for (const key of [...'LY1:PASS', 'Enter']) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
  })
  await page.locator('.screen').waitFor()
}
const press = (zh, en) => (page, language) => page.getByRole('button', { name: language === 'zh' ? zh : en, exact: true }).first().click()
const then = (...acts) => async (page, language) => {
  for (const act of acts) await act(page, language)
}
const manual = press('人工通道', 'Manual lane')
const test = then(press('自检', 'Self-test'), (page) => page.locator('[data-test=queue]:not([data-state=running])').waitFor())
const settings = press('设置', 'Settings')

export const GATE_VIEWS = [
  gate('enrol', 'fresh'),
  gate('enrol-faults', 'fresh', press('生成密钥并登记', 'Draw the key and register')),
  gate('waiting', 'waiting', (page) => page.locator('svg[role=img]').waitFor()),
  gate('start', 'start'),
  gate('lane', 'lane'),
  gate('lane-code', 'code'),
  gate('lane-stale', 'stale'),
  gate('lane-clock', 'clock', (page) => page.locator('.notice').waitFor()),
  gate('lane-unaccredited', 'unaccredited', (page) => page.locator('.notice').waitFor()),
  gate('camera-denied', 'cameraDenied', (page) => page.locator('.fault [role=alert]').waitFor()),
  gate('camera-busy', 'cameraBusy', (page) => page.locator('.fault [role=alert]').waitFor()),
  ...['proved', 'proved_compare_id', 'walk_in_spent', 'expired', 'bundle_expired', 'failed'].map((scene) => gate(`verdict-${scene}`, scene, scan)),
  gate('verdict-held', 'expired', then(scan, press('停住', 'Hold'))),
  gate('lying-compare', 'proved_compare_id', scan, '', LYING),
  gate('lying-red', 'expired', scan, '', LYING),
  gate('manual', 'lane', manual),
  gate('manual-faults', 'lane', then(manual, press('记录', 'Record'))),
  gate('test', 'lane', test),
  gate('settings', 'lane', settings),
  gate('erase', 'lane', then(settings, press('清除这台闸机', 'Erase this gate'))),
  gate('broken', 'lane', (page) => page.locator('.finder').waitFor().then(() => page.evaluate(() => globalThis.gate.die('RuntimeError: unreachable')))),
  gate('night', 'lane', undefined, '&night'),
  gate('night-yellow', 'walk_in_spent', scan, '&night'),
  gate('night-red', 'expired', scan, '&night'),
  gate('night-manual', 'lane', manual, '&night'),
  gate('night-test', 'lane', test, '&night'),
  gate('night-settings', 'lane', settings, '&night'),
]
