import type { DeviceInfo, Progress, Secret, ShownCode } from './api'
import { folder, Store, type Name } from './files'
import { BrowserHost } from './host'
import { Keys, type KeyFile } from './keys'
import { load, type LibraryDevice, type Loaded } from './module'
import { download } from './node'
import { checkLength, opener, stretch, type Stretching } from './secret'
import { asFault, fault, named, type Call, type Part } from './wire'

/** Which proving keys a call needs. */
const PROVES: Readonly<Record<string, readonly string[]>> = { requestEnrolment: ['enrol'], checkin: ['checkin'], absorb: ['absorb'], prove: ['pass'] }
/** What may come to an end without the files. */
const WITHOUT_FILES: readonly string[] = ['lock']
/** What a wallet whose files are damaged may still be asked. */
const OVER_DAMAGE: readonly string[] = ['restore', 'erase']
const STORES: Readonly<Record<Part, Name | null>> = { wallet: 'wallet', gate: 'gate', regulator: null }

function base64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}

/** What the library cannot be asked any more after it has stopped on an error of its own. */
export class Stopped extends Error {}

/** Everything that a page may ask, worked off one after the other: the library does one thing at a time. */
export class Desk {
  private readonly host: BrowserHost
  private readonly keys = new Keys()
  private files: readonly KeyFile[] | null = null
  /** Proving keys that the opened wallet has loaded. */
  private readonly loaded = new Set<string>()
  private library: Promise<Loaded> | null = null
  private device: LibraryDevice | null = null
  private turn: Promise<unknown> = Promise.resolve()

  constructor(private readonly progress: (progress: Progress) => void) {
    this.host = new BrowserHost(progress)
  }

  async start(): Promise<DeviceInfo> {
    this.library ??= load(this.host)
    const { device, version, threads } = await this.library
    this.device = device
    return { version, threads, storage: (await folder()) ? 'opfs' : 'memory' }
  }

  /** Downloads go on beside other calls; all else has its turn. */
  do(call: Call): Promise<unknown> {
    if (call.part === 'wallet' && call.method === 'fetchKeys') return this.fetchKeys(call.given[0] as readonly string[])
    return this.inTurn(() => this.run(call))
  }

  private inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.turn.then(act, act)
    this.turn = done.catch(() => undefined)
    return done
  }

  private async run({ part, method, given }: Call): Promise<unknown> {
    const name = STORES[part]
    if (name && !WITHOUT_FILES.includes(method)) {
      const opening = this.openFiles(name)
      await (part === 'wallet' && OVER_DAMAGE.includes(method) ? opening.catch((thrown: unknown) => this.giveWay(thrown, method, given)) : opening)
    }
    if (part === 'wallet') {
      const special = this.wallet(method, given)
      if (special) return special
      const needed = Object.hasOwn(PROVES, method) ? (PROVES[method] ?? []) : []
      if (needed.length > 0) return this.proving(needed, () => this.plain(part, method, given))
    }
    if (part === 'gate' && method === 'takeBundle') return this.ask(part, method, {}, given[0] as Uint8Array).value
    if (part === 'regulator' && method === 'open') return this.openRegulator(given)
    const value = this.plain(part, method, given)
    // What was erased must not be found in the file either.
    if (method === 'erase' && name) this.host.stores.get(name)?.journal.compact()
    return value
  }

  private plain(part: Part, method: string, given: readonly unknown[]): unknown {
    const by = named(part, method, given)
    if (!by) throw fault('other_version', `the device knows no call ${part}.${method}`)
    return this.ask(part, method, by).value
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
        return this.restore(given[0] as Uint8Array, given[1] as string)
      case 'lock':
        return this.lock()
      case 'backup':
        return Promise.resolve(this.ask('wallet', method, {}).bytes)
      case 'signPass': {
        const { value, bytes } = this.ask('wallet', method, named('wallet', method, given) ?? {})
        return Promise.resolve({ ...(value as Omit<ShownCode, 'modules'>), modules: bytes ?? new Uint8Array() } satisfies ShownCode)
      }
      default:
        return null
    }
  }

  private async create(secret: Secret, node: string): Promise<void> {
    if ('passphrase' in secret) checkLength(secret.passphrase)
    const { stretching, bytes } = await opener(secret, () => this.ask('wallet', 'drawStretching').value as Stretching)
    this.ask('wallet', 'create', { stretching, node }, bytes)
    this.forgetKeys()
  }

  private async open(secret: Secret): Promise<void> {
    const { stretching, bytes } = await opener(secret, () => this.ask('wallet', 'stretching').value as Stretching | null)
    this.ask('wallet', 'open', { stretching }, bytes)
    this.forgetKeys()
  }

  private async addPrf(passphrase: string, prf: Uint8Array): Promise<void> {
    const { stretching, bytes } = await opener({ passphrase }, () => this.ask('wallet', 'stretching').value as Stretching | null)
    const both = new Uint8Array(bytes.length + prf.length)
    both.set(bytes)
    both.set(prf, bytes.length)
    this.ask('wallet', 'addPrf', { stretching }, both)
  }

  private async restore(file: Uint8Array, passphrase: string): Promise<void> {
    const backup = base64(file)
    const { stretching, bytes } = await opener({ passphrase }, () => this.ask('wallet', 'stretching', { backup }).value as Stretching | null)
    this.ask('wallet', 'restore', { stretching, backup, node: self.location.origin }, bytes)
    this.forgetKeys()
  }

  /** Lets go of the files as well, so that another window may take over. */
  private async lock(): Promise<void> {
    this.ask('wallet', 'lock')
    this.forgetKeys()
    this.host.stores.get('wallet')?.close()
    this.host.stores.delete('wallet')
  }

  private async openRegulator(given: readonly unknown[]): Promise<void> {
    const [file, passphrase, did, node] = given as [Uint8Array, string, string, string]
    const keystore = base64(file)
    const stretching = this.ask('regulator', 'stretching', { keystore }).value as Stretching
    this.ask('regulator', 'open', { keystore, stretching, did, node }, await stretch(passphrase, stretching))
  }

  /** Files that are damaged give way to a backup that opens, or to nothing where the person says so. */
  private async giveWay(thrown: unknown, method: string, given: readonly unknown[]): Promise<void> {
    if (asFault(thrown, 'storage').slug !== 'damaged') throw thrown
    if (method === 'restore') {
      // Into memory first: a wrong passphrase or file costs nothing of what may yet be saved.
      this.host.stores.set('wallet', Store.apart())
      try {
        await this.restore(given[0] as Uint8Array, given[1] as string)
        this.ask('wallet', 'lock')
      } finally {
        this.host.stores.delete('wallet')
      }
    }
    this.host.stores.set('wallet', await Store.anew('wallet'))
  }

  private async openFiles(name: Name): Promise<void> {
    if (!this.host.stores.has(name)) this.host.stores.set(name, await Store.open(name))
  }

  private forgetKeys(): void {
    this.loaded.clear()
    this.files = null
  }

  private async fetchKeys(circuits: readonly string[]): Promise<void> {
    const { node, files } = await this.inTurn(() => this.keyFiles())
    await this.keys.fetch(node, files.filter((file) => circuits.includes(file.circuit)), this.progress)
  }

  /** The key files of the wallet's network, out of its node's manifest, which the library checks. */
  private async keyFiles(): Promise<{ node: string; files: readonly KeyFile[] }> {
    await this.openFiles('wallet')
    const node = this.ask('wallet', 'fetchesKeysFrom').value as string
    if (!this.files) {
      const manifest = new TextDecoder().decode(await download(`${node}/v1/keys/manifest.json`, () => undefined))
      this.files = this.ask('wallet', 'keyFiles', { manifest }).value as readonly KeyFile[]
    }
    return { node, files: this.files }
  }

  private async proving<T>(circuits: readonly string[], act: () => T): Promise<T> {
    try {
      for (const circuit of circuits.filter((one) => !this.loaded.has(one))) {
        const { node, files } = await this.keyFiles()
        const file = files.find((one) => one.circuit === circuit)
        if (!file) throw fault('key_mismatch', `the manifest has no key of ${circuit}`)
        await this.keys.fetch(node, [file], this.progress)
        const bytes = await this.keys.read(file)
        if (bytes) this.host.keys.set(circuit, bytes)
      }
      const done = act()
      // A call that found nothing to prove took no key: the next one is handed it again.
      for (const circuit of this.host.taken) this.loaded.add(circuit)
      return done
    } finally {
      this.host.keys.clear()
      this.host.taken.clear()
    }
  }

  private ask(part: Part, method: string, given: Record<string, unknown> = {}, bytes?: Uint8Array): { value: unknown; bytes: Uint8Array | undefined } {
    if (!this.device) throw fault('no_device', 'the device has not started')
    try {
      const reply = this.device.call(part, method, JSON.stringify(given), bytes)
      const answer = { value: JSON.parse(reply.json) as unknown, bytes: reply.bytes }
      reply.free()
      return answer
    } catch (thrown) {
      if (typeof thrown === 'string') throw JSON.parse(thrown)
      // The library throws texts; anything else is the end of it.
      throw new Stopped(asFault(thrown).message)
    }
  }
}
