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

const HEADER = 16
const FRAME = 12
const FILE_MARK = 0x464a594c // "LYJF"
const FRAME_MARK = 0x524a594c // "LYJR"
/** Below this much that is of no more use a journal is left as it is. */
const SPARE = 1 << 20
const PUT = 0
const APPEND = 1
const RENAME = 2
const REMOVE = 3

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c >>> 0
})

/** CRC-32 of ISO-HDLC. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

interface Change {
  readonly op: number
  readonly name: string
  readonly rest: Uint8Array
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })
const EMPTY = new Uint8Array()

/** `mark | length | crc of length and payload | payload`; the payload is `op | length of the name | name | rest`. */
function frameOf({ op, name, rest }: Change): Uint8Array {
  const plain = encoder.encode(name)
  const frame = new Uint8Array(FRAME + 3 + plain.length + rest.length)
  const view = new DataView(frame.buffer)
  view.setUint32(0, FRAME_MARK, true)
  view.setUint32(4, frame.length - FRAME, true)
  frame[FRAME] = op
  view.setUint16(FRAME + 1, plain.length, true)
  frame.set(plain, FRAME + 3)
  frame.set(rest, FRAME + 3 + plain.length)
  view.setUint32(8, checksum(frame, 0, frame.length), true)
  return frame
}

function checksum(bytes: Uint8Array, start: number, end: number): number {
  const covered = new Uint8Array(end - start - 8)
  covered.set(bytes.subarray(start + 4, start + 8))
  covered.set(bytes.subarray(start + FRAME, end), 4)
  return crc32(covered)
}

/** The frame at a place, and where it ends; null where none stands there whole. */
function frameAt(bytes: Uint8Array, at: number): { change: Change; end: number } | null {
  if (at + FRAME + 3 > bytes.length) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(at, true) !== FRAME_MARK) return null
  const end = at + FRAME + view.getUint32(at + 4, true)
  if (end > bytes.length || end < at + FRAME + 3) return null
  if (view.getUint32(at + 8, true) !== checksum(bytes, at, end)) return null
  const length = view.getUint16(at + FRAME + 1, true)
  const named = at + FRAME + 3 + length
  if (named > end) return null
  const name = decoder.decode(bytes.subarray(at + FRAME + 3, named))
  return { change: { op: bytes[at + FRAME] ?? 255, name, rest: bytes.slice(named, end) }, end }
}

function isLaterFrame(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at + FRAME <= bytes.length; at += 1) if (frameAt(bytes, at)) return true
  return false
}

/** The generation that a file's header names; 0 where it has none. */
function generationOf(handle: Handle): number {
  const header = new Uint8Array(HEADER)
  if (handle.getSize() < HEADER || handle.read(header, { at: 0 }) < HEADER) return 0
  const view = new DataView(header.buffer)
  const whole = view.getUint32(0, true) === FILE_MARK && view.getUint32(8, true) === crc32(header.subarray(0, 8))
  return whole ? view.getUint32(4, true) : 0
}

function headerOf(generation: number): Uint8Array {
  const header = new Uint8Array(HEADER)
  const view = new DataView(header.buffer)
  view.setUint32(0, FILE_MARK, true)
  view.setUint32(4, generation, true)
  view.setUint32(8, crc32(header.subarray(0, 8)), true)
  return header
}

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
    const frames = [...this.files].map(([name, rest]) => frameOf({ op: PUT, name, rest }))
    const { other } = this
    other.truncate(0)
    let end = HEADER
    writeAll(other, new Uint8Array(HEADER), 0)
    for (const frame of frames) {
      writeAll(other, frame, end)
      end += frame.length
    }
    other.flush()
    writeAll(other, headerOf(this.generation + 1), 0)
    other.flush()
    ;[this.current, this.other] = [other, this.current]
    this.generation += 1
    this.end = end
    this.empty()
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
