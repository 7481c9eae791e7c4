import { APPEND, EMPTY, FRAME, HEADER, PUT, REMOVE, RENAME, decoder, encoder, frameAt, frameOf, generationOf, headerOf, isLaterFrame, type Change } from './frames'
import { fault } from './wire'

/** A file that is read and written at once, as a worker's `FileSystemSyncAccessHandle` is. */
export interface Handle {
  getSize(): number
  read(into: Uint8Array, options: { at: number }): number
  write(bytes: Uint8Array, options: { at: number }): number
  truncate(size: number): void
  flush(): void
  close(): void
}

/** Below this much that is of no more use a journal is left as it is. */
const SPARE = 1 << 20

function writeAll(handle: Handle, bytes: Uint8Array, at: number): void {
  let done = 0
  while (done < bytes.length) {
    const written = handle.write(done === 0 ? bytes : bytes.subarray(done), { at: at + done })
    if (written <= 0) throw new DOMException('nothing was written', 'QuotaExceededError')
    done += written
  }
}

function isFull(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'QuotaExceededError'
}

/**
 * Small named files in one growing file: each change is a frame at its end, flushed before the call returns. A frame that
 * a crash left half written is dropped at the next opening; a damaged one with whole ones after it is said aloud, since
 * something durable would be lost. When most of it is of no more use, what is left is written into the second file, whose
 * header, written last, makes it the newer generation; then the first is emptied. So at every moment one of the two is whole.
 */
export class Journal {
  private readonly files = new Map<string, Uint8Array>()
  private generation = 0
  private end = 0
  private live = 0
  private broken = false

  private constructor(
    private current: Handle,
    private other: Handle,
  ) {}

  static open(a: Handle, b: Handle): Journal {
    const [ga, gb] = [generationOf(a), generationOf(b)]
    const journal = ga >= gb ? new Journal(a, b) : new Journal(b, a)
    journal.generation = Math.max(ga, gb)
    if (journal.generation === 0) {
      // A first header that was not written whole is followed by nothing.
      if (a.getSize() > HEADER || b.getSize() > HEADER) throw fault('damaged', 'neither file of the journal has a header')
      journal.begin()
    } else {
      journal.replay()
      if (journal.other.getSize() > 0) journal.empty()
    }
    return journal
  }

  read(name: string): Uint8Array | undefined {
    return this.files.get(name)
  }

  list(folder: string): string[] {
    const below = `${folder}/`
    const names = [...this.files.keys()].filter((name) => name.startsWith(below)).map((name) => name.slice(below.length))
    return names.filter((name) => !name.includes('/'))
  }

  replace(name: string, bytes: Uint8Array): void {
    this.write({ op: PUT, name, rest: bytes.slice() })
  }

  create(name: string, bytes: Uint8Array): void {
    if (this.files.has(name)) throw fault('exists', name)
    this.replace(name, bytes)
  }

  append(name: string, bytes: Uint8Array): void {
    this.write({ op: APPEND, name, rest: bytes.slice() })
  }

  rename(from: string, to: string): void {
    if (!this.files.has(from)) throw fault('missing', from)
    this.write({ op: RENAME, name: from, rest: encoder.encode(to) })
  }

  remove(name: string): void {
    if (!this.files.has(name)) throw fault('missing', name)
    this.write({ op: REMOVE, name, rest: EMPTY })
  }

  /** Writes anew what is left, so that what was removed is not even in the file. */
  compact(): void {
    this.rewrite(this.files)
    this.empty()
  }

  /** Holds what another one holds, and nothing else: whenever the power goes, it is all of the old or all of the new. */
  become(next: Journal): void {
    this.rewrite(next.files)
    for (const name of [...this.files.keys()]) this.set(name, null)
    for (const [name, bytes] of next.files) this.set(name, bytes)
    try {
      this.empty()
    } catch {
      // The next opening empties it: its generation is the older one.
    }
  }

  get isEmpty(): boolean {
    return this.files.size === 0
  }

  close(): void {
    this.current.close()
    this.other.close()
  }

  private begin(): void {
    this.current.truncate(0)
    this.generation = 1
    writeAll(this.current, headerOf(1), 0)
    this.current.flush()
    this.end = HEADER
  }

  /** Writes these files into the second file, which is the newer one with its header. */
  private rewrite(files: ReadonlyMap<string, Uint8Array>): void {
    const { other } = this
    let end = HEADER
    try {
      other.truncate(0)
      writeAll(other, new Uint8Array(HEADER), 0)
      for (const [name, rest] of files) {
        const frame = frameOf({ op: PUT, name, rest })
        writeAll(other, frame, end)
        end += frame.length
      }
      other.flush()
      writeAll(other, headerOf(this.generation + 1), 0)
      other.flush()
    } catch (thrown) {
      this.dropHalf()
      throw isFull(thrown) ? fault('storage_full', 'no space is left') : thrown
    }
    ;[this.current, this.other] = [other, this.current]
    this.generation += 1
    this.end = end
  }

  /** A header whose flush failed may stand there all the same: it must not be the newer one at the next opening. */
  private dropHalf(): void {
    try {
      this.empty()
    } catch {
      this.broken = true
    }
  }

  private empty(): void {
    this.other.truncate(0)
    this.other.flush()
  }

  private replay(): void {
    const bytes = new Uint8Array(this.current.getSize())
    const length = this.current.read(bytes, { at: 0 })
    if (length < bytes.length) throw fault('damaged', 'the journal cannot be read to its end')
    this.end = HEADER
    for (let frame = frameAt(bytes, this.end); frame; frame = frameAt(bytes, this.end)) {
      this.apply(frame.change)
      this.end = frame.end
    }
    if (this.end === bytes.length) return
    if (isLaterFrame(bytes, this.end + 1)) throw fault('damaged', `the journal is damaged at byte ${this.end}`)
    this.current.truncate(this.end)
    this.current.flush()
  }

  private apply({ op, name, rest }: Change): void {
    const before = this.files.get(name)
    switch (op) {
      case PUT:
        this.set(name, rest)
        return
      case APPEND: {
        const joined = new Uint8Array((before?.length ?? 0) + rest.length)
        joined.set(before ?? EMPTY)
        joined.set(rest, before?.length ?? 0)
        this.set(name, joined)
        return
      }
      case RENAME:
        this.set(name, null)
        this.set(decoder.decode(rest), before ?? EMPTY)
        return
      case REMOVE:
        this.set(name, null)
        return
      default:
        throw fault('damaged', `the journal knows no change ${op}`)
    }
  }

  private set(name: string, bytes: Uint8Array | null): void {
    const size = (held: Uint8Array | undefined): number => (held ? held.length + name.length + FRAME + 3 : 0)
    this.live -= size(this.files.get(name))
    if (bytes) this.files.set(name, bytes)
    else this.files.delete(name)
    this.live += size(this.files.get(name))
  }

  private write(change: Change): void {
    if (this.broken) throw fault('storage', 'an earlier write failed half way')
    const frame = frameOf(change)
    try {
      writeAll(this.current, frame, this.end)
      this.current.flush()
    } catch (thrown) {
      this.cutBack()
      throw isFull(thrown) ? fault('storage_full', 'no space is left') : thrown
    }
    this.end += frame.length
    this.apply(change)
    if (this.end > SPARE + 2 * this.live) this.tryToCompact()
  }

  /** What was not wholly written must not stand before what is written next. */
  private cutBack(): void {
    try {
      this.current.truncate(this.end)
      this.current.flush()
    } catch {
      this.broken = true
    }
  }

  private tryToCompact(): void {
    try {
      this.compact()
    } catch {
      // Without space for a second copy the first goes on growing; the write itself was done.
    }
  }
}
