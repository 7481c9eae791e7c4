// The wallet page as a person uses it: by its buttons and labels, in English.
import { readFileSync } from 'node:fs'

export const PASSPHRASE = 'turnip lantern ferry quartz'
const READY = /Passes ready for today/

export class Wallet {
  constructor(device, page) {
    Object.assign(this, { device, page })
  }

  static async open(device) {
    const page = await device.open('w')
    await page.getByRole('heading').first().waitFor()
    return new Wallet(device, page)
  }

  /** The first button of that name. */
  button(name) {
    return this.page.getByRole('button', { name, exact: true }).first()
  }

  press(name) {
    return this.button(name).click()
  }

  async go(screen) {
    await this.page.evaluate((screen) => (location.hash = `/${screen}`), screen)
  }

  says(text) {
    return this.page.getByText(text).first().waitFor()
  }

  /** Makes the wallet and the person in it; ends at the registrar's desk. */
  async create(person, employer, passphrase = PASSPHRASE) {
    await this.press('Make a new wallet')
    await this.page.getByLabel('Passphrase', { exact: true }).fill(passphrase)
    await this.page.getByLabel('Once more', { exact: true }).fill(passphrase)
    await this.press('Make the wallet')
    await this.press('Not now')
    await this.page.getByLabel('Name', { exact: true }).fill(person.name)
    await this.page.getByLabel('Last two digits of the ID').fill(person.digits)
    await this.page.getByLabel('Employer’s number (may stay empty)').fill(employer)
    await this.press('Done')
    await this.page.getByRole('heading', { name: 'Enrol at a registrar’s desk' }).waitFor()
  }

  /** Types a desk's code and hands the request in. */
  async request(code) {
    await this.page.getByLabel('The desk’s code').fill(code)
    await this.press('Send the request')
  }

  /** From the desk to the ledger. */
  async enrol(demo, person) {
    const desk = await demo.desk(person)
    await this.request(desk.code)
    // A desk that acts at once leaves the words no time to be seen.
    await Promise.any([this.says('Sent; the desk is to act'), desk.enrolled])
    await desk.enrolled
    // The page looks by itself too: then the button is gone before it is pressed.
    await this.button('Look now').click({ timeout: 5_000 }).catch(() => undefined)
    await this.says('You can check in now.')
  }

  /** Shows the laboratory a card and takes in the attestation that it makes out to it. */
  async absorb(demo, kind, value) {
    const { nym, day } = await this.card(demo.dids.laboratory)
    await this.takeIn(await demo.attest(kind, nym, day, value))
  }

  /** Today's card for an attester. */
  async card(attester) {
    await this.go('nym')
    await this.page.getByLabel('The organisation’s number').fill(attester)
    await this.press('Make the card')
    return JSON.parse(await this.page.locator('section[aria-label="The card"] .mono').innerText())
  }

  /** Takes an attestation in; an itinerary asks for a consent of its own the first time. */
  async takeIn(attestation, consent = false) {
    await this.go('attestations')
    await this.page.getByLabel('Paste the attestation').fill(attestation)
    await this.press('Take it in')
    await this.says('Received; it is taken in in the background')
    if (consent) await this.press('Consent')
    await this.says('None is waiting')
  }

  async fill(temperature) {
    await this.page.getByLabel('Temperature').fill(temperature)
    for (const group of ['Any of these symptoms today?', 'Any of these contacts in the last 14 days?']) {
      await this.page.getByRole('group', { name: group }).getByLabel('None', { exact: true }).check()
    }
    await this.page.getByLabel('This is true of me today').check()
  }

  /** Checks in for the half-day that runs; waits for the epoch that holds the newest note. */
  async checkin(temperature) {
    await this.go('checkin')
    const consent = this.button('Consent')
    await consent.or(this.page.getByLabel('Temperature')).first().waitFor()
    if (await consent.isVisible()) await consent.click()
    await this.fill(temperature)
    await this.press('Send the check-in')
    await this.says('is on the ledger. Passes are renewed')
  }

  /** Until the form says that the half-day is done. */
  async checkinDone() {
    await this.go('checkin')
    await this.says('Checked in for this half-day')
  }

  /** All that the browser keeps of these pages is gone, as when space was short. */
  async clearStorage() {
    const session = await this.page.context().newCDPSession(this.page)
    await this.page.goto('about:blank')
    await session.send('Storage.clearDataForOrigin', { origin: this.device.origin, storageTypes: 'all' })
    await session.detach()
    // The phone's clock stood in what was cleared, and goes on as it was.
    await this.page.goto(`${this.device.origin}/`)
    await this.device.setClock(this.page, this.device.offset)
    await this.page.goto(`${this.device.origin}/w`)
    await this.page.getByRole('heading').first().waitFor()
  }

  /** A bit of the wallet's file turns while the page is closed. */
  async damage() {
    await this.page.goto(`${this.device.origin}/`)
    await this.page.evaluate(async () => {
      const root = await navigator.storage.getDirectory()
      const folder = await root.getDirectoryHandle('luyin')
      for (const name of ['wallet.a', 'wallet.b']) {
        const handle = await folder.getFileHandle(name)
        const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer())
        if (bytes.length === 0) continue
        bytes[bytes.length >> 1] ^= 1
        // The page that was left lets go of it a moment later.
        let writable = null
        while (!writable) {
          writable = await handle.createWritable().catch(() => null)
          await new Promise((later) => setTimeout(later, 50))
        }
        await writable.write(bytes)
        await writable.close()
      }
    })
    await this.page.goto(`${this.device.origin}/w`)
    await this.page.getByRole('heading').first().waitFor()
  }

  /** Until passes are at hand. */
  async ready() {
    await this.go('today')
    await this.says(READY)
  }

  /** Takes a pass out; gives the milliseconds from the press to the code. */
  async show() {
    await this.go('pass')
    await this.button('Show').waitFor()
    // Measured in the page: the press, and the first drawing of the code after it.
    const took = await this.page.evaluate(
      () =>
        new Promise((resolve) => {
          const show = [...document.querySelectorAll('button[type=submit]')].find((one) => one.textContent.trim() === 'Show')
          const begun = performance.now()
          const seen = new MutationObserver(() => {
            if (!document.querySelector('.code svg')) return
            seen.disconnect()
            requestAnimationFrame(() => resolve(Math.round(performance.now() - begun)))
          })
          seen.observe(document.body, { childList: true, subtree: true })
          show.click()
        }),
    )
    return took
  }

  /** The step of the code on the screen. */
  async step() {
    return Number(await this.page.locator('.pass').getAttribute('data-step'))
  }

  async leave() {
    await this.press('Put away')
  }

  /** What a camera before it would see. */
  screen() {
    return this.page.screenshot()
  }

  /** Saves a backup file; gives its bytes. */
  async backup() {
    await this.go('backup')
    const saved = this.page.waitForEvent('download')
    await this.press('Save a backup file')
    return readFileSync(await (await saved).path())
  }

  async restore(bytes, passphrase = PASSPHRASE) {
    await this.page.locator('input[type=file]').last().setInputFiles({ name: 'backup.luyin', mimeType: 'application/octet-stream', buffer: bytes })
    await this.page.getByLabel('Passphrase', { exact: true }).last().fill(passphrase)
    await this.press('Restore')
  }

  async unlock(passphrase = PASSPHRASE) {
    await this.page.getByLabel('Passphrase', { exact: true }).first().fill(passphrase)
    await this.press('Open')
  }

  /** Until it is open. */
  isOpen() {
    return this.page.getByRole('navigation', { name: 'Main pages' }).waitFor()
  }

  /** In the settings, which ask for the passphrase once more. */
  async addPasskey(passphrase = PASSPHRASE) {
    await this.page.getByLabel('Passphrase', { exact: true }).fill(passphrase)
    await this.press('Add a passkey')
  }

  /** Opens the page again, as after a restart of the phone. */
  async reload() {
    await this.page.reload()
    await this.page.getByRole('heading').first().waitFor()
  }

  /** Until the page opens without the server. */
  async kept() {
    await this.page.evaluate(async () => {
      await navigator.serviceWorker.ready
    })
  }
}
