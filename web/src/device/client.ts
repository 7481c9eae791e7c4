import type { AttesterDevice, Device, DeviceInfo, GateDevice, Progress, RegulatorDevice, WalletDevice } from './api'
import { fault, type Call, type Part, type Told } from './wire'

/** As much of a worker as is needed here. */
export type Port = Pick<Worker, 'postMessage' | 'addEventListener' | 'terminate'>

interface Waiting {
  resolve(value: unknown): void
  reject(thrown: unknown): void
}

/** The device, as the page sees it: every call goes to the worker, and every refusal comes back as a fault. */
export class WorkerDevice implements Device {
  readonly info: Promise<DeviceInfo>
  readonly wallet = this.part<WalletDevice>('wallet')
  readonly ahead = this.part<WalletDevice>('wallet', true)
  readonly gate = this.part<GateDevice>('gate')
  readonly regulator = this.part<RegulatorDevice>('regulator')
  readonly attester = this.part<AttesterDevice>('attester')
  private readonly waiting = new Map<number, Waiting>()
  private readonly progress = new Set<(progress: Progress) => void>()
  private readonly deaths = new Set<(why: string) => void>()
  private dead: string | null = null
  private next = 1
  private started!: Waiting

  constructor(private readonly port: Port) {
    this.info = new Promise<DeviceInfo>((resolve, reject) => {
      this.started = { resolve: (value) => resolve(value as DeviceInfo), reject }
    })
    port.addEventListener('message', (event) => this.hear((event as MessageEvent<Told>).data))
    port.addEventListener('error', (event) => this.die((event as ErrorEvent).message || 'the worker could not be loaded'))
    port.addEventListener('messageerror', () => this.die('a message could not be read'))
  }

  onProgress(listen: (progress: Progress) => void): () => void {
    this.progress.add(listen)
    return () => this.progress.delete(listen)
  }

  onDeath(listen: (why: string) => void): () => void {
    this.deaths.add(listen)
    if (this.dead !== null) listen(this.dead)
    return () => this.deaths.delete(listen)
  }

  private part<T extends object>(part: Part, ahead = false): T {
    // A promise would be asked for `then`, and a page for nothing that is no call.
    const get = (_: object, method: string | symbol): unknown =>
      typeof method === 'string' && method !== 'then' ? (...given: unknown[]) => this.ask(part, method, given, ahead) : undefined
    return new Proxy({}, { get }) as T
  }

  private ask(part: Part, method: string, given: readonly unknown[], ahead: boolean): Promise<unknown> {
    if (this.dead !== null) return Promise.reject(fault('no_device', this.dead))
    const call: Call = { id: this.next, part, method, given: given.map(plain), ahead }
    this.next += 1
    return new Promise((resolve, reject) => {
      this.waiting.set(call.id, { resolve, reject })
      this.port.postMessage(call)
    })
  }

  private hear(told: Told): void {
    switch (told.kind) {
      case 'ready':
        this.started.resolve(told.info)
        return
      case 'progress':
        for (const listen of this.progress) listen(told.progress)
        return
      case 'dead':
        this.die(told.why)
        return
      case 'answer':
        this.take(told.id)?.resolve(told.value)
        return
      case 'fault':
        this.take(told.id)?.reject(told.fault)
    }
  }

  private take(id: number): Waiting | undefined {
    const found = this.waiting.get(id)
    this.waiting.delete(id)
    return found
  }

  private die(why: string): void {
    if (this.dead !== null) return
    this.dead = why
    const end = fault('no_device', why)
    this.started.reject(end)
    for (const one of this.waiting.values()) one.reject(end)
    this.waiting.clear()
    for (const listen of this.deaths) listen(why)
    this.port.terminate()
  }
}

/** Reactive objects of a page cannot be sent as they are. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map(plain)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
}
