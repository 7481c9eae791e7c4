import { Journal, type Handle } from './journal'
import { MemoryHandle } from './memory'
import { asFault, fault } from './wire'

/** Whose files. */
export type Name = 'wallet' | 'gate'

const FOLDER = 'luyin'
/** So long a page that is opened again waits for its former self, whose worker ends a moment after it. */
const FORMER_MS = 2_000

/** The folder that this origin's files lie in; null where the browser keeps none, as in a private window. */
export async function folder(name?: string): Promise<FileSystemDirectoryHandle | null> {
  if (typeof FileSystemFileHandle === 'undefined' || !('createSyncAccessHandle' in FileSystemFileHandle.prototype)) return null
  try {
    const root = await navigator.storage.getDirectory()
    const own = await root.getDirectoryHandle(FOLDER, { create: true })
    return name === undefined ? own : await own.getDirectoryHandle(name, { create: true })
  } catch {
    return null
  }
}

/** One window at a time: the lock is held until it is let go, or its window is closed. Null where another has it. */
async function turn(name: Name): Promise<(() => void) | null> {
  const locks = navigator.locks as LockManager | null | undefined
  // Without a secure connection there are no locks, and nothing is kept that two could spoil.
  if (!locks) return () => undefined
  return new Promise((resolve, reject) => {
    const waited = AbortSignal.timeout(FORMER_MS)
    const held = locks.request(`luyin-${name}`, { signal: waited }, () => new Promise<void>((release) => resolve(() => release())))
    held.catch((thrown: unknown) => {
      if (waited.aborted) resolve(null)
      else reject(thrown)
    })
  })
}

async function handle(of: FileSystemDirectoryHandle, name: string): Promise<Handle> {
  const file = await of.getFileHandle(name, { create: true })
  try {
    return await file.createSyncAccessHandle()
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'NoModificationAllowedError') throw otherTab(name)
    throw asFault(thrown, 'storage')
  }
}

const otherTab = (name: string): unknown => fault('other_tab', `another window is using ${name}`)

/** The files of one part, while this window has its turn. */
export class Store {
  private constructor(
    readonly journal: Journal,
    private readonly release: () => void,
  ) {}

  static async open(name: Name): Promise<Store> {
    return Store.opened(name, Journal.open)
  }

  /** Empties files that cannot be read any more, and opens them as new ones. */
  static async anew(name: Name): Promise<Store> {
    return Store.opened(name, (a, b) => {
      for (const one of [a, b]) one.truncate(0)
      return Journal.open(a, b)
    })
  }

  /** In memory alone. */
  static apart(): Store {
    return new Store(Journal.open(new MemoryHandle(), new MemoryHandle()), () => undefined)
  }

  private static async opened(name: Name, journal: (a: Handle, b: Handle) => Journal): Promise<Store> {
    const release = await turn(name)
    if (!release) throw otherTab(name)
    const opened: Handle[] = []
    try {
      const own = await folder()
      for (const part of ['a', 'b']) opened.push(own ? await handle(own, `${name}.${part}`) : remembered(`${name}.${part}`))
      const [a, b] = opened as [Handle, Handle]
      return new Store(journal(a, b), release)
    } catch (thrown) {
      for (const one of opened) one.close()
      release()
      throw asFault(thrown, 'storage')
    }
  }

  close(): void {
    this.journal.close()
    this.release()
  }
}

const memory = new Map<string, MemoryHandle>()

/** Where nothing is kept, a store that is closed and opened again in the same worker still finds its files. */
function remembered(name: string): Handle {
  const found = memory.get(name) ?? new MemoryHandle()
  memory.set(name, found)
  return found
}
