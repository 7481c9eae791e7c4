import type { DeviceInfo, Progress, Secret, ShownCode } from './api'
import { Store, type Name } from './files'
import { BrowserHost } from './host'
import { Library } from './library'
import { Proving } from './proving'
import { checkLength, opener, stretch, type Stretching } from './secret'
import { Turns } from './turns'
import { asFault, fault, named, type Call, type Part } from './wire'

/** Which proving keys a call needs. */
const PROVES: Readonly<Record<string, readonly string[]>> = { requestEnrolment: ['enrol'], checkin: ['checkin'], absorb: ['absorb'], prove: ['pass'], appeal: ['pass'] }
/** What may come to an end without the files, or opens them by itself. */
const WITHOUT_FILES: readonly string[] = ['lock', 'restore']
const STORES: Readonly<Record<Part, Name | null>> = { wallet: 'wallet', gate: 'gate', regulator: null }

function base64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}

/** What stands in the place of files that are damaged; every other fault is thrown on. */
function unlessDamaged(thrown: unknown): null {
  if (asFault(thrown, 'storage').slug !== 'damaged') throw thrown
  return null
}

/** Everything that a page may ask, worked off in turns. */
export class Desk {
  private readonly host: BrowserHost
  private readonly library: Library
  private readonly proving: Proving
  private readonly turns = new Turns()

  constructor(progress: (progress: Progress) => void) {
    this.host = new BrowserHost(progress)
    this.library = new Library(this.host)
    this.proving = new Proving(this.host, this.library, progress)
  }

  start(): Promise<DeviceInfo> {
    return this.library.start()
  }

  /** Downloads go on beside other calls; all else has its turn. */
  do(call: Call): Promise<unknown> {
    if (call.part === 'wallet' && call.method === 'fetchKeys') return this.fetchKeys(call.given[0] as readonly string[])
    return this.turns.take(() => this.run(call), call.ahead)
  }

  private async fetchKeys(circuits: readonly string[]): Promise<void> {
    const found = await this.turns.take(async () => {
      await this.openFiles('wallet')
      return this.proving.keyFiles()
    })
    await this.proving.fetch(circuits, found)
  }

  private async run({ part, method, given }: Call): Promise<unknown> {
    const name = STORES[part]
    if (name && !WITHOUT_FILES.includes(method)) await this.openFor(name, method)
    if (part === 'wallet') {
      const special = this.wallet(method, given)
      if (special) return special
      const needed = Object.hasOwn(PROVES, method) ? (PROVES[method] ?? []) : []
      if (needed.length > 0) return this.proving.with(needed, () => this.plain(part, method, given))
    }
    if (part === 'gate' && method === 'takeBundle') return this.library.ask(part, method, {}, given[0] as Uint8Array).value
    if (part === 'regulator' && method === 'open') return this.openRegulator(given)
    const value = this.plain(part, method, given)
    // What was erased must not be found in the file either.
    if (method === 'erase' && name) this.host.stores.get(name)?.journal.compact()
    return value
  }

  private plain(part: Part, method: string, given: readonly unknown[]): unknown {
    const by = named(part, method, given)
    if (!by) throw fault('other_version', `the device knows no call ${part}.${method}`)
    return this.library.ask(part, method, by).value
  }

  /** The wallet's calls that take more than the library. */
  private wallet(method: string, given: readonly unknown[]): Promise<unknown> | null {
    switch (method) {
      case 'create':
        return this.create(given[0] as Secret, given[1] as string)
      case 'open':
        return this.open(given[0] as Secret)
      case 'addPrf':
        return this.addPrf(given[0] as string, given[1] as Uint8Array)
      case 'restore':
        return this.restore(given[0] as Uint8Array, given[1] as string, given[2] === true)
      case 'lock':
        return this.lock()
      case 'backup':
        return Promise.resolve(this.library.ask('wallet', method).bytes)
      case 'signPass': {
        const { value, bytes } = this.library.ask('wallet', method, named('wallet', method, given) ?? {})
        return Promise.resolve({ ...(value as Omit<ShownCode, 'modules'>), modules: bytes ?? new Uint8Array() } satisfies ShownCode)
      }
      default:
        return null
    }
  }

  private async create(secret: Secret, node: string): Promise<void> {
    if ('passphrase' in secret) checkLength(secret.passphrase)
    const { stretching, bytes } = await opener(secret, () => this.library.ask('wallet', 'drawStretching').value as Stretching)
    this.library.ask('wallet', 'create', { stretching, node }, bytes)
    this.proving.forget()
  }

  private stretching(): Stretching | null {
    return this.library.ask('wallet', 'stretching').value as Stretching | null
  }

  private async open(secret: Secret): Promise<void> {
    const { stretching, bytes } = await opener(secret, () => this.stretching())
    this.library.ask('wallet', 'open', { stretching }, bytes)
    this.proving.forget()
  }

  private async addPrf(passphrase: string, prf: Uint8Array): Promise<void> {
    const { stretching, bytes } = await opener({ passphrase }, () => this.stretching())
    const both = new Uint8Array(bytes.length + prf.length)
    both.set(bytes)
    both.set(prf, bytes.length)
    this.library.ask('wallet', 'addPrf', { stretching }, both)
  }

  /**
   * A backup opens in memory first, so that a wrong passphrase or file costs nothing of what is here. Then it takes the
   * files' place: damaged ones are made anew, a wallet in whole ones gives way to it where the person says so.
   */
  private async restore(file: Uint8Array, passphrase: string, replace: boolean): Promise<void> {
    const here = await this.openFiles('wallet').catch(unlessDamaged)
    if (here && !here.journal.isEmpty && !replace) throw fault('already_there', 'there is a wallet here')
    const apart = Store.apart()
    this.host.stores.set('wallet', apart)
    let opened = false
    try {
      await this.openBackup(base64(file), passphrase)
      opened = true
      this.proving.forget()
      const files = await this.openAnew(here)
      files.journal.become(apart.journal)
    } catch (thrown) {
      // No file holds what is open now.
      if (opened) this.library.ask('wallet', 'lock')
      if (here) this.host.stores.set('wallet', here)
      else this.closeFiles()
      throw thrown
    }
  }

  private async openBackup(backup: string, passphrase: string): Promise<void> {
    const { stretching, bytes } = await opener({ passphrase }, () => this.library.ask('wallet', 'stretching', { backup }).value as Stretching | null)
    this.library.ask('wallet', 'restore', { stretching, backup, node: self.location.origin }, bytes)
  }

  /** Lets go of the files as well, so that another window may take over. */
  private async lock(): Promise<void> {
    this.library.ask('wallet', 'lock')
    this.proving.forget()
    this.closeFiles()
  }

  private async openRegulator(given: readonly unknown[]): Promise<void> {
    const [file, passphrase, did, node] = given as [Uint8Array, string, string, string]
    const keystore = base64(file)
    const stretching = this.library.ask('regulator', 'stretching', { keystore }).value as Stretching
    this.library.ask('regulator', 'open', { keystore, stretching, did, node }, await stretch(passphrase, stretching))
  }

  private async openFor(name: Name, method: string): Promise<void> {
    try {
      await this.openFiles(name)
    } catch (thrown) {
      // A wallet that cannot be read can be erased all the same.
      if (name !== 'wallet' || method !== 'erase') throw thrown
      await this.openAnew(unlessDamaged(thrown))
    }
  }

  private async openFiles(name: Name): Promise<Store> {
    const files = this.host.stores.get(name) ?? (await Store.open(name))
    this.host.stores.set(name, files)
    return files
  }

  /** The wallet's files: those that are here, or new ones in the place of damaged ones. */
  private async openAnew(here: Store | null): Promise<Store> {
    const files = here ?? (await Store.anew('wallet'))
    this.host.stores.set('wallet', files)
    return files
  }

  private closeFiles(): void {
    this.host.stores.get('wallet')?.close()
    this.host.stores.delete('wallet')
  }
}
