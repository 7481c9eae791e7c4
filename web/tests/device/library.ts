/** A library that seals nothing: its wallet is the text in its file, and a backup says which passphrase opens it. */
import type { BrowserHost } from '../../src/device/host'
import type { LibraryDevice } from '../../src/device/module'
import { stretch } from '../../src/device/secret'

const WALLET = 'me.wallet'
const STRETCHING = { salt: '11'.repeat(32), rounds: 1 }

interface Given {
  readonly backup?: string
}

const hex = (bytes: Uint8Array | undefined): string => [...(bytes ?? [])].map((byte) => byte.toString(16).padStart(2, '0')).join('')
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A backup file of a wallet with this content. */
export async function backup(content: string, passphrase: string): Promise<Uint8Array> {
  return bytesOf(`LUYIN ${hex(await stretch(passphrase, STRETCHING))} ${content}`)
}

function refuse(slug: string): never {
  throw JSON.stringify({ slug, message: slug, detail: {} })
}

export class FakeLibrary implements LibraryDevice {
  /** What the opened wallet holds. */
  opened: string | null = null
  readonly asked: string[] = []

  constructor(private readonly host: BrowserHost) {}

  call(_: string, method: string, json: string, bytes: Uint8Array | undefined): { json: string; bytes: undefined; free(): void } {
    this.asked.push(method)
    const value = this.answer(method, JSON.parse(json) as Given, bytes)
    return { json: JSON.stringify(value ?? null), bytes: undefined, free: () => undefined }
  }

  private answer(method: string, given: Given, bytes: Uint8Array | undefined): unknown {
    switch (method) {
      case 'state':
        return { exists: this.file() !== null, open: this.opened !== null, node: null, prf: false }
      case 'drawStretching':
        return STRETCHING
      case 'stretching':
        if (!(given.backup === undefined ? this.file() : atob(given.backup))?.startsWith('LUYIN ')) refuse('not_a_wallet')
        return STRETCHING
      case 'create':
        return this.store(`LUYIN ${hex(bytes)} nobody yet`)
      case 'open':
        return this.open(this.file() ?? refuse('no_wallet'), bytes)
      case 'restore':
        if (this.file() !== null) refuse('already_there')
        return this.restore(atob(given.backup ?? ''), bytes)
      case 'addPerson':
        return this.store(`${this.file()}, one more`)
      case 'persons':
        return [this.opened ?? refuse('not_open')]
      case 'lock':
        this.opened = null
        return null
      case 'erase':
        this.opened = null
        if (this.file() !== null) this.host.remove('wallet', WALLET)
        return null
      default:
        return null
    }
  }

  private file(): string | null {
    const bytes = this.host.read('wallet', WALLET)
    return bytes ? new TextDecoder().decode(bytes) : null
  }

  private store(file: string): void {
    this.host.replace('wallet', WALLET, bytesOf(file))
    this.opened = file.slice('LUYIN '.length + 65)
  }

  private open(file: string, secret: Uint8Array | undefined): void {
    if (file.slice(6, 70) !== hex(secret)) refuse('wrong_passphrase')
    this.opened = file.slice(71)
  }

  private restore(file: string, secret: Uint8Array | undefined): void {
    this.open(file, secret)
    this.store(file)
  }
}
