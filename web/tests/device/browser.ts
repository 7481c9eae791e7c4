/** As much of a browser's storage and locks as the device uses, in memory: pages come and go over it. */
import { vi } from 'vitest'
import type { Handle } from '../../src/device/journal'
import { MemoryHandle } from '../../src/device/memory'

type Release = () => void

export class Browser {
  readonly files = new Map<string, MemoryHandle>()
  private readonly open = new Map<string, Release>()
  private readonly locks = new Map<string, Release>()
  private readonly waiting: { readonly name: string; readonly take: () => void }[] = []

  constructor() {
    class FileHandle {
      createSyncAccessHandle(): void {}
    }
    vi.stubGlobal('FileSystemFileHandle', FileHandle)
    vi.stubGlobal('navigator', { onLine: true, storage: { getDirectory: async () => this.folder('') }, locks: { request: this.request } })
  }

  /** The page is gone, and its worker with it: what it held is free. */
  end(): void {
    for (const release of [...this.open.values(), ...this.locks.values()]) release()
  }

  /** A bit turns in the middle of whatever the files hold. */
  damage(): void {
    for (const file of this.files.values()) {
      const at = file.getSize() >> 1
      const byte = new Uint8Array(1)
      if (file.read(byte, { at }) === 1) file.write(Uint8Array.of((byte[0] ?? 0) ^ 1), { at })
    }
  }

  /** All bytes that the files hold, as text. */
  text(): string {
    return [...this.files.values()]
      .map((file) => {
        const bytes = new Uint8Array(file.getSize())
        file.read(bytes, { at: 0 })
        return new TextDecoder().decode(bytes)
      })
      .join('')
  }

  private folder(path: string): object {
    return {
      getDirectoryHandle: async (name: string) => this.folder(`${path}/${name}`),
      getFileHandle: async (name: string) => ({ createSyncAccessHandle: async () => this.handle(`${path}/${name}`) }),
    }
  }

  private handle(path: string): Handle {
    if (this.open.has(path)) throw new DOMException('in use', 'NoModificationAllowedError')
    const file = this.files.get(path) ?? new MemoryHandle()
    this.files.set(path, file)
    const close = (): void => void this.open.delete(path)
    this.open.set(path, close)
    return {
      getSize: () => file.getSize(),
      read: (into, options) => file.read(into, options),
      write: (bytes, options) => file.write(bytes, options),
      truncate: (size) => file.truncate(size),
      flush: () => file.flush(),
      close,
    }
  }

  private readonly request = async (name: string, { signal }: { signal: AbortSignal }, act: () => Promise<void>): Promise<void> => {
    if (this.locks.has(name)) await this.free(name, signal)
    const ended = new Promise<void>((resolve) => this.locks.set(name, resolve))
    await Promise.race([act(), ended])
    this.locks.delete(name)
    const next = this.waiting.findIndex((one) => one.name === name)
    if (next >= 0) this.waiting.splice(next, 1)[0]?.take()
  }

  private free(name: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const one = { name, take: resolve }
      this.waiting.push(one)
      signal.addEventListener('abort', () => {
        const at = this.waiting.indexOf(one)
        if (at >= 0) this.waiting.splice(at, 1)
        reject(signal.reason as unknown)
      })
    })
  }
}
