import type { Device, DeviceFault } from './api'

/** Starts the worker that is the device. */
export function connect(): Promise<Device> {
  const fault: DeviceFault = { slug: 'no_device', message: 'this build has no device worker', detail: {} }
  return Promise.reject(fault)
}
