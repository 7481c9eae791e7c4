import type { Progress } from './api'
import type { BrowserHost } from './host'
import { Keys, type KeyFile } from './keys'
import type { Library } from './library'
import { download } from './node'
import { fault } from './wire'

interface KeyFiles {
  readonly node: string
  readonly files: readonly KeyFile[]
}

/** Hands the library the proving keys of its opened wallet, each once. */
export class Proving {
  private readonly keys = new Keys()
  private files: readonly KeyFile[] | null = null
  /** Proving keys that the opened wallet has loaded. */
  private readonly loaded = new Set<string>()

  constructor(
    private readonly host: BrowserHost,
    private readonly library: Library,
    private readonly progress: (progress: Progress) => void,
  ) {}

  /** Another wallet, or none, is open. */
  forget(): void {
    this.loaded.clear()
    this.files = null
  }

  async fetch(circuits: readonly string[], { node, files }: KeyFiles): Promise<void> {
    await this.keys.fetch(node, files.filter((file) => circuits.includes(file.circuit)), this.progress)
  }

  /** The key files of the wallet's network, out of its node's manifest, which the library checks. */
  async keyFiles(): Promise<KeyFiles> {
    const node = this.library.ask('wallet', 'fetchesKeysFrom').value as string
    if (!this.files) {
      const manifest = new TextDecoder().decode(await download(`${node}/v1/keys/manifest.json`, () => undefined))
      this.files = this.library.ask('wallet', 'keyFiles', { manifest }).value as readonly KeyFile[]
    }
    return { node, files: this.files }
  }

  /** Makes a call that proves with these. */
  async with<T>(circuits: readonly string[], act: () => T): Promise<T> {
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
}
