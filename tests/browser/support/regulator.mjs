// The regulator's page: a key, a list of records, and a proof that is verified again.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export class Regulator {
  constructor(page) {
    this.page = page
  }

  static async open(device, demo) {
    const regulator = new Regulator(await device.open('r'))
    const { page } = regulator
    const buffer = readFileSync(join(demo.directory, 'regulator.keys'))
    await page.locator('input[type=file]').setInputFiles({ name: 'regulator.keys', mimeType: 'application/octet-stream', buffer })
    await page.getByLabel('Passphrase', { exact: true }).fill(demo.passphrase)
    await page.getByLabel('Regulator’s identifier').fill(demo.dids.regulator)
    await regulator.press('Open')
    return regulator
  }

  press(name) {
    return this.page.getByRole('button', { name, exact: true }).first().click()
  }

  /** The rows of a search over all gates and days: colour and reason of each. */
  async records() {
    await this.press('Search')
    const rows = this.page.locator('tbody tr')
    await rows.first().waitFor()
    return rows.evaluateAll((all) => all.map((row) => ({ colour: row.dataset.colour, reason: row.querySelector('.reason').textContent })))
  }

  /** Verifies the newest record of a colour in the browser; gives whether the proof holds and lies in the anchored batch. */
  async verify(colour) {
    await this.page.locator(`tbody tr[data-colour=${colour}]`).first().getByRole('button').click()
    await this.press('Verify here')
    const found = this.page.locator('[data-holds]')
    await found.first().waitFor()
    return found.evaluateAll((all) => all.map((one) => one.dataset.holds === 'true'))
  }
}
