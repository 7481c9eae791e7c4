const CACHE = 'luyin-decoder'

/**
 * Keeps the decoder's code at hand for a start without the network, on devices that scan: others never fetch it.
 * The service worker serves what lies here.
 */
export async function keepDecoder(wasm: string): Promise<void> {
  try {
    const cache = await caches.open(CACHE)
    if (await cache.match(wasm)) return
    for (const old of await cache.keys()) await cache.delete(old)
    await cache.add(wasm)
  } catch {
    // Without room it is fetched anew each time; the browser's own cache may still have it.
  }
}
