import type { DeviceInfo } from './api'
import { folder } from './files'
import type { BrowserHost } from './host'
import { load, type LibraryDevice, type Loaded } from './module'
import { asFault, fault, type Part } from './wire'

export interface Answered {
  readonly value: unknown
  readonly bytes: Uint8Array | undefined
}

/** What the library cannot be asked any more after it has stopped on an error of its own. */
export class Stopped extends Error {}

/** The library with its calls by name: what it refuses is thrown as a fault. */
export class Library {
  private loading: Promise<Loaded> | null = null
  private device: LibraryDevice | null = null

  constructor(private readonly host: BrowserHost) {}

  async start(): Promise<DeviceInfo> {
    this.loading ??= load(this.host)
    const { device, version, threads } = await this.loading
    this.device = device
    return { version, threads, storage: (await folder()) ? 'opfs' : 'memory' }
  }

  ask(part: Part, method: string, given: Record<string, unknown> = {}, bytes?: Uint8Array): Answered {
    if (!this.device) throw fault('no_device', 'the device has not started')
    try {
      const reply = this.device.call(part, method, JSON.stringify(given), bytes)
      const answer = { value: JSON.parse(reply.json) as unknown, bytes: reply.bytes }
      reply.free()
      return answer
    } catch (thrown) {
      if (typeof thrown === 'string') throw JSON.parse(thrown)
      // The library throws texts; anything else is the end of it.
      throw new Stopped(asFault(thrown).message)
    }
  }
}
