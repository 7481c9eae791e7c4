// The fingerprint reader of a phone, pretended by Chromium: it keeps passkeys and gives their secrets.
const READER = { protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true }

export class Authenticator {
  /** Beside a page, for as long as that is open, reloads included; `secrets`: whether passkeys there give any. */
  static async beside(page, { secrets = true } = {}) {
    const authenticator = new Authenticator()
    authenticator.session = await page.context().newCDPSession(page)
    await authenticator.session.send('WebAuthn.enable')
    const { authenticatorId } = await authenticator.session.send('WebAuthn.addVirtualAuthenticator', { options: { ...READER, hasPrf: secrets } })
    authenticator.id = authenticatorId
    return authenticator
  }

  #send(method, given = {}) {
    return this.session.send(`WebAuthn.${method}`, { authenticatorId: this.id, ...given })
  }

  /** The passkeys that it keeps. */
  async passkeys() {
    return (await this.#send('getCredentials')).credentials
  }

  /** A finger that it does not know. After a few tries it is blocked, as a phone's is: nothing is asked of it later. */
  meetsStranger() {
    return this.#send('setUserVerified', { isUserVerified: false })
  }

  /** Its owner removes all passkeys in the phone's settings. */
  forget() {
    return this.#send('clearCredentials')
  }

  /** There is none any more. */
  async end() {
    await this.#send('removeVirtualAuthenticator')
    await this.session.detach()
  }
}
