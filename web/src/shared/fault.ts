import type { DeviceFault } from '../device/api'

function isFault(thrown: unknown): thrown is DeviceFault {
  return typeof thrown === 'object' && thrown !== null && 'slug' in thrown && typeof thrown.slug === 'string'
}

/** Whatever was thrown, as a fault with a name. */
export function asFault(thrown: unknown): DeviceFault {
  if (isFault(thrown)) return thrown
  return { slug: 'unknown', message: thrown instanceof Error ? thrown.message : String(thrown), detail: {} }
}

/** A fault that the page itself finds. */
export function fault(slug: string, message: string, detail: DeviceFault['detail'] = {}): DeviceFault {
  return { slug, message, detail }
}

/** Whether it is the connection alone: what was to be done is tried again later. */
export function isOffline(thrown: unknown): boolean {
  return ['unreachable', 'timeout', 'stopping'].includes(asFault(thrown).slug)
}
