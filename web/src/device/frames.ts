import type { Handle } from './journal'

/** How a journal's files are written: a header with the generation, then a frame for each change. */
export const HEADER = 16
export const FRAME = 12
const FILE_MARK = 0x464a594c // "LYJF"
const FRAME_MARK = 0x524a594c // "LYJR"
export const PUT = 0
export const APPEND = 1
export const RENAME = 2
export const REMOVE = 3

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

export interface Change {
  readonly op: number
  readonly name: string
  readonly rest: Uint8Array
}

export const encoder = new TextEncoder()
export const decoder = new TextDecoder('utf-8', { fatal: true })
export const EMPTY = new Uint8Array()

/** `mark | length | crc of length and payload | payload`; the payload is `op | length of the name | name | rest`. */
export function frameOf({ op, name, rest }: Change): Uint8Array {
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
export function frameAt(bytes: Uint8Array, at: number): { change: Change; end: number } | null {
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

export function isLaterFrame(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at + FRAME <= bytes.length; at += 1) if (frameAt(bytes, at)) return true
  return false
}

/** The generation that a file's header names; 0 where it has none. */
export function generationOf(handle: Handle): number {
  const header = new Uint8Array(HEADER)
  if (handle.getSize() < HEADER || handle.read(header, { at: 0 }) < HEADER) return 0
  const view = new DataView(header.buffer)
  const whole = view.getUint32(0, true) === FILE_MARK && view.getUint32(8, true) === crc32(header.subarray(0, 8))
  return whole ? view.getUint32(4, true) : 0
}

export function headerOf(generation: number): Uint8Array {
  const header = new Uint8Array(HEADER)
  const view = new DataView(header.buffer)
  view.setUint32(0, FILE_MARK, true)
  view.setUint32(4, generation, true)
  view.setUint32(8, crc32(header.subarray(0, 8)), true)
  return header
}
