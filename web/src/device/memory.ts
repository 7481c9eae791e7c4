import type { Handle } from './journal'

/** A file in memory, where the browser keeps none. */
export class MemoryHandle implements Handle {
  private bytes = new Uint8Array()

  getSize(): number {
    return this.bytes.length
  }

  read(into: Uint8Array, { at }: { at: number }): number {
    const found = this.bytes.subarray(at, at + into.length)
    into.set(found)
    return found.length
  }

  write(bytes: Uint8Array, { at }: { at: number }): number {
    if (at + bytes.length > this.bytes.length) this.truncate(at + bytes.length)
    this.bytes.set(bytes, at)
    return bytes.length
  }

  truncate(size: number): void {
    const next = new Uint8Array(size)
    next.set(this.bytes.subarray(0, size))
    this.bytes = next
  }

  flush(): void {}
  close(): void {}
}
