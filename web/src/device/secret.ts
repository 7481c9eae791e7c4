import type { Secret } from './api'
import { fault } from './wire'

/** How the library wants a passphrase stretched. */
export interface Stretching {
  readonly salt: string
  readonly rounds: number
}

const MIN_LETTERS = 8
const BITS = 256

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16))
}

/** For a new passphrase; the library's own least length. */
export function checkLength(passphrase: string): void {
  if ([...passphrase].length < MIN_LETTERS) throw fault('weak_passphrase', `a passphrase has at least ${MIN_LETTERS} letters`)
}

/** PBKDF2-HMAC-SHA256 by the browser, several times faster than the same code as WASM. */
export async function stretch(passphrase: string, { salt, rounds }: Stretching): Promise<Uint8Array> {
  if (!('subtle' in crypto)) throw fault('storage_denied', 'a page without HTTPS may not use cryptography')
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(passphrase), 'PBKDF2', false, ['deriveBits'])
  const bits = await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: bytesOf(salt), iterations: rounds }, key, BITS)
  return new Uint8Array(bits)
}

export interface Opener {
  readonly stretching: Stretching | null
  readonly bytes: Uint8Array
}

/** What opens something: the stretched passphrase with the way it was stretched, or a passkey's secret as it is. */
export async function opener(secret: Secret, stretching: () => Stretching | null): Promise<Opener> {
  if ('prf' in secret) return { stretching: null, bytes: secret.prf }
  const how = stretching()
  if (!how) throw fault('wrong_passphrase', 'no passphrase opens it')
  return { stretching: how, bytes: await stretch(secret.passphrase, how) }
}
