/** The service worker: it keeps the page at hand offline. A new version waits until somebody at the page agrees. */
const LOOK_MS = 3_600_000

let waiting = $state<ServiceWorker | null>(null)

export const update = {
  /** Whether a new version is ready. */
  get ready(): boolean {
    return waiting !== null
  },
  /** Takes it: the page opens again. Save what is typed before. */
  take(): void {
    waiting?.postMessage('take-over')
  },
  later(): void {
    waiting = null
  },
}

function watch(registration: ServiceWorkerRegistration): void {
  const note = (): void => {
    // The first version ever has nothing to take over from.
    if (registration.waiting && navigator.serviceWorker.controller) waiting = registration.waiting
  }
  note()
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', note)
  })
}

/** Registers the service worker in a built page; where there is none, the page works with the server alone. */
export async function keepOffline(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  const controlled = navigator.serviceWorker.controller !== null
  let reloading = false
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (!controlled || reloading) return
    reloading = true
    location.reload()
  })
  try {
    const registration = await navigator.serviceWorker.register('/sw.js', { scope: '/' })
    watch(registration)
    // A page that stays open for days, as a gate's does, looks for a new version by itself.
    setInterval(() => void registration.update().catch(() => undefined), LOOK_MS)
  } catch {
    // A refused registration costs the offline start alone.
  }
}
