import type { Device } from './api'
import { WorkerDevice } from './client'

/** Starts the worker that is the device. Rejects where it does not start. */
export async function connect(): Promise<Device> {
  const device = new WorkerDevice(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }))
  await device.info
  return device
}
