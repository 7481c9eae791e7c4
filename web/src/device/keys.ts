import type { Progress } from './api'
import { folder } from './files'
import { download } from './node'
import { asFault, fault } from './wire'

/** A proving key as a checked manifest names it. */
export interface KeyFile {
  readonly circuit: string
  readonly file: string
  readonly size: number
  readonly sha256: string
}

const FOLDER = 'keys'

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Proving keys, kept uncompressed under their hashes; each is compared with its hash whenever it is read. */
export class Keys {
  private readonly memory = new Map<string, Uint8Array<ArrayBuffer>>()

  /** The bytes of a key; null where they are not here. */
  async read(key: KeyFile): Promise<Uint8Array<ArrayBuffer> | null> {
    const bytes = this.memory.get(key.sha256) ?? (await this.stored(key))
    return bytes && bytes.length === key.size && (await sha256(bytes)) === key.sha256 ? bytes : null
  }

  /** Fetches what is missing of these keys. */
  async fetch(node: string, wanted: readonly KeyFile[], report: (progress: Progress) => void): Promise<void> {
    const missing: KeyFile[] = []
    for (const key of wanted) if (!(await this.read(key))) missing.push(key)
    const total = missing.reduce((sum, key) => sum + key.size, 0)
    let before = 0
    for (const key of missing) {
      const heard = (bytes: number): void => report({ task: 'keys', done: before + bytes, total, bytes: before + bytes })
      const bytes = await download(`${node}/v1/keys/${key.file}`, heard)
      if (bytes.length !== key.size || (await sha256(bytes)) !== key.sha256) {
        throw fault('key_mismatch', `${key.file} is not the file that the manifest names`)
      }
      await this.keep(key, bytes)
      before += key.size
    }
  }

  private async stored(key: KeyFile): Promise<Uint8Array<ArrayBuffer> | null> {
    const own = await folder(FOLDER)
    if (!own) return null
    try {
      const file = await (await own.getFileHandle(key.sha256)).getFile()
      return new Uint8Array(await file.arrayBuffer())
    } catch {
      return null
    }
  }

  private async keep(key: KeyFile, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const own = await folder(FOLDER)
    if (!own) {
      this.memory.set(key.sha256, bytes)
      return
    }
    try {
      const file = await own.getFileHandle(key.sha256, { create: true })
      const handle = await file.createSyncAccessHandle()
      try {
        handle.truncate(0)
        handle.write(bytes, { at: 0 })
        handle.flush()
      } finally {
        handle.close()
      }
    } catch (thrown) {
      if (thrown instanceof DOMException && thrown.name === 'NoModificationAllowedError') {
        // Another window is fetching the same.
        this.memory.set(key.sha256, bytes)
        return
      }
      throw thrown instanceof DOMException && thrown.name === 'QuotaExceededError' ? fault('storage_full', 'no space is left for proving keys') : asFault(thrown, 'storage')
    }
  }
}
