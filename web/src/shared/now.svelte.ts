import { createSubscriber } from 'svelte/reactivity'

/** The page's clock. Tests put another one in its place. */
let read: () => number = Date.now

export function setClock(clock: () => number): void {
  read = clock
}

export function now(): number {
  return read()
}

const everySecond = createSubscriber((update) => {
  let timer: ReturnType<typeof setTimeout>
  // Aligned to full seconds, so that clocks of two phones side by side tick together.
  const tick = (): void => {
    update()
    timer = setTimeout(tick, 1000 - (read() % 1000))
  }
  timer = setTimeout(tick, 1000 - (read() % 1000))
  return () => clearTimeout(timer)
})

/** The time, read again every second where it is used in a template or an effect. */
export function tickingNow(): number {
  everySecond()
  return read()
}
