import type { DeviceFault } from '../device/api'

/** What the types of the node's problems begin with. */
const PROBLEM = 'urn:luyin:problem:'

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

/**
 * The name of what went wrong. A refusal of the node is named by its problem; the node writes hyphens, the library
 * underscores.
 */
export function slugOf(of: Pick<DeviceFault, 'slug'> & Partial<Pick<DeviceFault, 'detail'>>): string {
  const problem = of.slug === 'refused' ? (of.detail?.['problem'] ?? of.detail?.['slug']) : undefined
  return (typeof problem === 'string' ? problem.replace(PROBLEM, '') : of.slug).replaceAll('-', '_')
}

/** The wallet on this device cannot be read: only a backup helps. */
export function isDamage(of: DeviceFault): boolean {
  return ['damaged', 'not_a_wallet', 'wallet_sealed', 'wallet_content', 'wallet_bytes'].includes(slugOf(of))
}

/** Whether it is the connection alone: what was to be done is tried again later. */
export function isOffline(thrown: unknown): boolean {
  return ['unreachable', 'timeout', 'stopping'].includes(slugOf(asFault(thrown)))
}
