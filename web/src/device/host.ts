import type { Progress } from './api'
import type { Name, Store } from './files'
import type { Journal } from './journal'
import { send, type Answer } from './node'
import { asFault } from './wire'

const LONGEST_PAUSE_MS = 5_000
/** Without shared memory a worker can only wait busily. */
const LONGEST_BUSY_MS = 500

/** Short words are what the library understands of a failure. */
function told<T>(act: () => T): T {
  try {
    return act()
  } catch (thrown) {
    throw asFault(thrown, 'storage').slug
  }
}

/** What the library asks of the browser while a call runs: everything returns when it is done. */
export class BrowserHost {
  readonly stores = new Map<Name, Store>()
  /** Proving keys that were read for the running call. */
  readonly keys = new Map<string, Uint8Array>()
  /** Those of them that the library took; it asks for a key when it first proves with it. */
  readonly taken = new Set<string>()

  constructor(private readonly progress: (progress: Progress) => void) {}

  send(method: string, url: string, headers: readonly string[], body: Uint8Array | undefined, limit: number): Answer {
    return send(method, url, headers, body, limit)
  }

  pause(ms: number): void {
    if (typeof SharedArrayBuffer !== 'undefined' && self.crossOriginIsolated) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.min(ms, LONGEST_PAUSE_MS))
      return
    }
    const end = performance.now() + Math.min(ms, LONGEST_BUSY_MS)
    while (performance.now() < end);
  }

  key(circuit: string): Uint8Array | undefined {
    const key = this.keys.get(circuit)
    if (key) this.taken.add(circuit)
    return key
  }

  report(task: string, done: number, total: number): void {
    this.progress({ task, done, total })
  }

  read(store: Name, name: string): Uint8Array | undefined {
    return told(() => this.journal(store).read(name))
  }

  replace(store: Name, name: string, bytes: Uint8Array): void {
    told(() => this.journal(store).replace(name, bytes))
  }

  create(store: Name, name: string, bytes: Uint8Array): void {
    told(() => this.journal(store).create(name, bytes))
  }

  append(store: Name, name: string, bytes: Uint8Array): void {
    told(() => this.journal(store).append(name, bytes))
  }

  rename(store: Name, from: string, to: string): void {
    told(() => this.journal(store).rename(from, to))
  }

  remove(store: Name, name: string): void {
    told(() => this.journal(store).remove(name))
  }

  list(store: Name, folder: string): string[] {
    return told(() => this.journal(store).list(folder))
  }

  private journal(name: Name): Journal {
    const store = this.stores.get(name)
    if (!store) throw new Error(`the files of the ${name} are not open`)
    return store.journal
  }
}
