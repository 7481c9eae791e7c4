// The attester's page at a clinic's desk, by its buttons and labels, in English.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { filmed } from './camera.mjs'

export class Attester {
  constructor(device, page) {
    Object.assign(this, { device, page })
  }

  /** Opens the laboratory's key. */
  static async open(device, demo) {
    const clinic = new Attester(device, await device.open('a'))
    const { page } = clinic
    const buffer = readFileSync(join(demo.directory, 'laboratory.keys'))
    await page.locator('input[type=file]').setInputFiles({ name: 'laboratory.keys', mimeType: 'application/octet-stream', buffer })
    await page.getByLabel('Passphrase', { exact: true }).fill(demo.passphrase)
    await page.getByLabel('Attester’s identifier').fill(demo.dids.laboratory)
    await clinic.press('Open')
    await clinic.says('Take the holder’s card')
    return clinic
  }

  press(name) {
    return this.page.getByRole('button', { name, exact: true }).first().click()
  }

  says(text) {
    return this.page.getByText(text).first().waitFor()
  }

  /** Takes a card's text; what stays is to be compared with the ID. */
  async take(card) {
    await this.page.getByLabel('Or paste the card’s text').fill(card)
    await this.press('Read the card')
    return this.compared()
  }

  /** Films a phone that shows the card. */
  async scan(camera, png) {
    await this.press('Scan with the camera')
    camera.show(filmed(png))
    const compared = await this.compared()
    camera.clear()
    return compared
  }

  /** Surname and digits, as they stand to be compared. */
  async compared() {
    await this.page.getByRole('heading', { name: 'Compare with the ID' }).waitFor()
    return this.page.locator('dd').allInnerTexts()
  }

  /** From the comparison to the last question. */
  async test(result) {
    await this.press('It matches')
    await this.page.getByLabel(result, { exact: true }).check()
    await this.press('Next')
    await this.page.getByRole('heading', { name: 'Confirm and issue' }).waitFor()
  }

  /** Issues; gives what the holder's wallet takes in. */
  async issue() {
    await this.press('Issue')
    const code = this.page.locator('[data-attestation]')
    await code.locator('svg').waitFor()
    return code.getAttribute('data-attestation')
  }

  /** The rows of the list: what became of each. */
  rows() {
    return this.page.locator('[data-leaf]').evaluateAll((all) => all.map((row) => row.dataset.state))
  }

  /** Withdraws the newest one. */
  async withdraw(reason, before = async () => undefined) {
    await this.press('Issued')
    await this.page.locator('[data-leaf]').first().getByRole('button').click()
    const dialog = this.page.getByRole('dialog')
    await dialog.getByLabel(/^Reason/).fill(reason)
    await before()
    await dialog.getByRole('button', { name: 'Withdraw', exact: true }).click()
    await dialog.waitFor({ state: 'detached' })
  }
}
