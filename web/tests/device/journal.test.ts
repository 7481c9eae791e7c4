import { expect, test } from 'vitest'
import { crc32 } from '../../src/device/frames'
import { Journal, type Handle } from '../../src/device/journal'
import { MemoryHandle } from '../../src/device/memory'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (journal: Journal, name: string): string | null => {
  const found = journal.read(name)
  return found ? new TextDecoder().decode(found) : null
}

class Power extends Error {}

/** Files of one device: what was flushed survives a power cut, of the rest some prefix or nothing does. */
class Disk {
  readonly files = [new MemoryHandle(), new MemoryHandle()]
  /** Calls that change something until the power goes; negative for never. */
  left = -1
  /** How much of the write that the power cut met is kept. */
  kept = 0
  calls = 0
  full = false

  handles(): [Handle, Handle] {
    return [this.handle(0), this.handle(1)]
  }

  /** The power comes back. */
  mend(): void {
    this.left = -1
    this.full = false
  }

  private handle(i: number): Handle {
    const file = this.files[i]
    if (!file) throw new Error('no such file')
    const cut = (partly: () => void, act: () => number | void): number => {
      this.calls += 1
      if (this.left === 0) {
        partly()
        this.left = 0
        throw new Power()
      }
      if (this.left > 0) this.left -= 1
      return act() ?? 0
    }
    return {
      getSize: () => file.getSize(),
      read: (into, options) => file.read(into, options),
      write: (data, { at }) =>
        cut(
          () => {
            const part = data.subarray(0, Math.floor(data.length * this.kept))
            this.kept = 0
            if (part.length > 0) file.write(part, { at })
          },
          () => {
            if (this.full) throw new DOMException('full', 'QuotaExceededError')
            return file.write(data, { at })
          },
        ),
      truncate: (size) => void cut(() => undefined, () => file.truncate(size)),
      flush: () => void cut(() => undefined, () => file.flush()),
      close: () => undefined,
    }
  }
}

const open = (disk: Disk): Journal => Journal.open(...disk.handles())

test('the checksum is the known one', () => {
  expect(crc32(bytes('123456789'))).toBe(0xcbf43926)
})

test('what was written is there after the next opening', () => {
  const disk = new Disk()
  const journal = open(disk)
  journal.replace('gate.json', bytes('{}'))
  journal.create('records/waiting/1', bytes('one'))
  journal.append('seen/7', bytes('a'))
  journal.append('seen/7', bytes('b'))
  journal.rename('records/waiting/1', 'records/sent/1')
  journal.replace('gate.json', bytes('{"a":1}'))
  journal.create('records/waiting/2', bytes('two'))
  journal.remove('records/waiting/2')
  for (const seen of [journal, open(disk)]) {
    expect(text(seen, 'gate.json')).toBe('{"a":1}')
    expect(text(seen, 'seen/7')).toBe('ab')
    expect(text(seen, 'records/sent/1')).toBe('one')
    expect(seen.list('records/sent')).toEqual(['1'])
    expect(seen.list('records/waiting')).toEqual([])
    expect(seen.list('records')).toEqual([])
  }
})

test('names that are taken or missing are refused by their fault and change nothing', () => {
  const journal = open(new Disk())
  journal.create('a', bytes('1'))
  const slug = (act: () => void): unknown => {
    try {
      act()
    } catch (thrown) {
      return (thrown as { slug: string }).slug
    }
    return null
  }
  expect(slug(() => journal.create('a', bytes('2')))).toBe('exists')
  expect(slug(() => journal.remove('b'))).toBe('missing')
  expect(slug(() => journal.rename('b', 'c'))).toBe('missing')
  expect(text(journal, 'a')).toBe('1')
})

test('a torn tail of any length is dropped, and what stood before it is kept', () => {
  for (let cut = 0; ; cut += 1) {
    const disk = new Disk()
    const journal = open(disk)
    journal.replace('a', bytes('kept'))
    const before = disk.files[0]?.getSize() ?? 0
    journal.replace('b', bytes('torn'))
    const after = disk.files[0]?.getSize() ?? 0
    if (before + cut >= after) break
    disk.files[0]?.truncate(before + cut)
    const again = open(disk)
    expect([text(again, 'a'), text(again, 'b')]).toEqual(['kept', null])
    again.replace('b', bytes('new'))
    expect(text(open(disk), 'b')).toBe('new')
  }
})

test('a last write whose blocks came in another order is dropped too', () => {
  const disk = new Disk()
  const journal = open(disk)
  journal.replace('a', bytes('kept'))
  const before = disk.files[0]?.getSize() ?? 0
  journal.replace('b', bytes('torn'))
  disk.files[0]?.write(new Uint8Array(12), { at: before })
  expect(text(open(disk), 'a')).toBe('kept')
})

test('damage before something whole is said, never passed over', () => {
  const disk = new Disk()
  const journal = open(disk)
  journal.replace('a', bytes('one'))
  journal.replace('b', bytes('two'))
  const size = disk.files[0]?.getSize() ?? 0
  const length = (size - 16) / 2
  for (let at = 16; at < 16 + length; at += 1) {
    const byte = new Uint8Array(1)
    disk.files[0]?.read(byte, { at })
    disk.files[0]?.write(Uint8Array.of((byte[0] ?? 0) ^ 1), { at })
    expect(() => open(disk), `byte ${at}`).toThrow(expect.objectContaining({ slug: 'damaged' }))
    disk.files[0]?.write(byte, { at })
  }
  expect(text(open(disk), 'b')).toBe('two')
})

test('files without a header that hold something are damaged, an unfinished first header is none', () => {
  const disk = new Disk()
  disk.files[0]?.write(new Uint8Array(9), { at: 0 })
  open(disk).replace('a', bytes('1'))
  expect(text(open(disk), 'a')).toBe('1')
  disk.files[0]?.write(new Uint8Array(4), { at: 0 })
  expect(() => open(disk)).toThrow(expect.objectContaining({ slug: 'damaged' }))
})

/** What a wallet does: its one file is replaced again and again, beside files that stay. */
function work(journal: Journal, rounds: number): void {
  for (let round = 1; round <= rounds; round += 1) {
    journal.replace('me.wallet', new Uint8Array(300_000).fill(round))
    journal.append('seen/7', Uint8Array.of(round))
  }
}

test('a journal stays small, and a power cut at any call leaves the old or the new of every file', () => {
  const rounds = 6
  const whole = new Disk()
  work(open(whole), rounds)
  const size = whole.files.reduce((sum, file) => sum + file.getSize(), 0)
  expect(size).toBeLessThan(2_500_000)
  for (const kept of [0, 0.4, 1]) {
    for (let at = 0; at < whole.calls; at += 1) {
      const disk = new Disk()
      disk.left = at
      disk.kept = kept
      let told = 0
      try {
        const journal = open(disk)
        for (let round = 1; round <= rounds; round += 1) {
          journal.replace('me.wallet', new Uint8Array(300_000).fill(round))
          told = round
          journal.append('seen/7', Uint8Array.of(round))
        }
      } catch (thrown) {
        // Or the journal no longer knows what stands in its files.
        if (!(thrown instanceof Power)) expect(thrown).toMatchObject({ slug: 'storage' })
      }
      disk.mend()
      const again = open(disk)
      const found = again.read('me.wallet')
      if (told > 0) {
        expect(found?.length).toBe(300_000)
        expect([told, told + 1]).toContain(found?.[0])
        expect(found?.every((byte) => byte === found[0])).toBe(true)
      }
      const seen = [...(again.read('seen/7') ?? [])]
      expect(seen).toEqual(Array.from({ length: seen.length }, (_, i) => i + 1))
      expect([told - 1, told, told + 1]).toContain(seen.length)
      again.replace('me.wallet', bytes('after'))
      expect(text(open(disk), 'me.wallet')).toBe('after')
    }
  }
})

test('a full disk refuses the write, keeps what is there, and takes writes again once there is space', () => {
  const disk = new Disk()
  const journal = open(disk)
  journal.replace('a', bytes('kept'))
  disk.full = true
  expect(() => journal.replace('a', bytes('no space'))).toThrow(expect.objectContaining({ slug: 'storage_full' }))
  expect(text(journal, 'a')).toBe('kept')
  disk.mend()
  journal.replace('b', bytes('space'))
  const again = open(disk)
  expect([text(again, 'a'), text(again, 'b')]).toEqual(['kept', 'space'])
})

test('what was removed is not even in the files once they are written anew', () => {
  const disk = new Disk()
  const journal = open(disk)
  journal.replace('me.wallet', bytes('a secret that goes'))
  journal.replace('stays', bytes('stays'))
  journal.remove('me.wallet')
  journal.compact()
  for (const file of disk.files) {
    const all = new Uint8Array(file.getSize())
    file.read(all, { at: 0 })
    expect(new TextDecoder().decode(all)).not.toContain('secret')
  }
  expect(text(open(disk), 'stays')).toBe('stays')
})

test('a journal that becomes another one is all of the old or all of the new, wherever the power goes', () => {
  const next = open(new Disk())
  next.replace('me.wallet', bytes('the new'))
  const prepared = (): Disk => {
    const disk = new Disk()
    const journal = open(disk)
    journal.replace('me.wallet', bytes('the old'))
    journal.replace('beside', bytes('old too'))
    return disk
  }
  for (const kept of [0, 0.4, 1]) {
    for (let at = 0; ; at += 1) {
      const disk = prepared()
      const journal = open(disk)
      disk.left = at
      disk.kept = kept
      let done = false
      try {
        journal.become(next)
        done = true
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(Power)
        expect([text(journal, 'me.wallet'), text(journal, 'beside')]).toEqual(['the old', 'old too'])
      }
      const whole = disk.left > 0
      disk.mend()
      const again = open(disk)
      const found = [text(again, 'me.wallet'), text(again, 'beside')]
      expect([['the old', 'old too'], ['the new', null]]).toContainEqual(found)
      if (done) expect(found).toEqual(['the new', null])
      again.replace('me.wallet', bytes('after'))
      expect(text(open(disk), 'me.wallet')).toBe('after')
      if (whole) break
    }
  }
})

test('a journal that has no space to become another one keeps what it has, and goes on', () => {
  const next = open(new Disk())
  next.replace('me.wallet', bytes('the new'))
  const disk = new Disk()
  const journal = open(disk)
  journal.replace('me.wallet', bytes('the old'))
  disk.full = true
  expect(() => journal.become(next)).toThrow(expect.objectContaining({ slug: 'storage_full' }))
  disk.mend()
  journal.replace('beside', bytes('more'))
  const again = open(disk)
  expect([text(again, 'me.wallet'), text(again, 'beside')]).toEqual(['the old', 'more'])
})

test('of what a journal held before it became another one nothing is left in its files', () => {
  const disk = new Disk()
  const journal = open(disk)
  expect(journal.isEmpty).toBe(true)
  journal.replace('me.wallet', bytes('a secret that goes'))
  journal.become(open(new Disk()))
  expect(journal.isEmpty).toBe(true)
  for (const file of disk.files) {
    const all = new Uint8Array(file.getSize())
    file.read(all, { at: 0 })
    expect(new TextDecoder().decode(all)).not.toContain('secret')
  }
})
