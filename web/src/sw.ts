/// <reference lib="webworker" />
/**
 * Keeps the pages and their code, so that they open with the server down. Nothing of the interface is kept here:
 * a wallet's and a gate's data live where their worker puts them.
 */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: (string | { url: string; revision: string | null })[] }

precacheAndRoute(self.__WB_MANIFEST)
cleanupOutdatedCaches()

const entries: readonly (readonly [path: RegExp, page: string])[] = [
  [/^\/$/, '/index.html'],
  [/^\/w(\/|$)/, '/w/index.html'],
  [/^\/g(\/|$)/, '/g/index.html'],
  [/^\/r(\/|$)/, '/r/index.html'],
  [/^\/a(\/|$)/, '/a/index.html'],
]
for (const [path, page] of entries) {
  registerRoute(new NavigationRoute(createHandlerBoundToURL(page), { allowlist: [path] }))
}

// The code that reads QR codes is a megabyte that most phones never need: who scans keeps it itself, and it is served from there.
registerRoute(
  ({ url }) => url.origin === self.location.origin && /\/zxing_reader[^/]*\.wasm$/.test(url.pathname),
  async ({ request }) => (await caches.match(request)) ?? fetch(request),
)

// A new version waits until the person at the page says so: what is typed is saved first.
self.addEventListener('message', (event) => {
  if (event.data === 'take-over') void self.skipWaiting()
})
self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim())
})
