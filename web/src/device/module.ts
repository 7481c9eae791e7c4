import type { BrowserHost } from './host'
import { fault } from './wire'

interface Reply {
  readonly json: string
  readonly bytes: Uint8Array | undefined
  free(): void
}

/** The library's device, as its bindings describe it. */
export interface LibraryDevice {
  call(part: string, method: string, given: string, bytes: Uint8Array | undefined): Reply
}

interface Library {
  default(): Promise<unknown>
  Device: new (host: BrowserHost) => LibraryDevice
  version(): string
  threads(): number
  initThreadPool?(threads: number): Promise<unknown>
}

export interface Loaded {
  readonly device: LibraryDevice
  readonly version: string
  readonly threads: number
}

/** More threads than this only cost memory. */
const MOST_THREADS = 4
/** Workers of threads that do not start within this time never will. */
const START_MS = 15_000

const modules = import.meta.glob<Library>('../wasm/{single,threads}/index.js')

function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${ms} ms`)), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

async function withThreads(): Promise<Library | null> {
  const load = modules['../wasm/threads/index.js']
  const threads = Math.min(navigator.hardwareConcurrency || 1, MOST_THREADS)
  if (!load || !self.crossOriginIsolated || threads < 2) return null
  try {
    const library = await load()
    await library.default()
    await within(START_MS, library.initThreadPool?.(threads) ?? Promise.resolve())
    return library
  } catch (thrown) {
    console.warn('threads are not to be had; one is enough', thrown)
    return null
  }
}

async function withOneThread(): Promise<Library> {
  const load = modules['../wasm/single/index.js']
  if (!load) throw fault('no_device', 'this build has no module of the device')
  const library = await load()
  await library.default()
  return library
}

/** Loads the library: on several threads where the page may share memory, else on one. */
export async function load(host: BrowserHost): Promise<Loaded> {
  const library = (await withThreads()) ?? (await withOneThread())
  return { device: new library.Device(host), version: library.version(), threads: library.threads() }
}
