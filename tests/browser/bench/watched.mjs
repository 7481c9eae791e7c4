// What runs in a page before its own code: stopwatches.

/**
 * Keeps each call to the device that was answered, in `deviceCalls`: what was asked, the answer, how long it took by the
 * page's stopwatch, and from when to when by the clock.
 */
export function timeCalls() {
  const { Worker } = globalThis
  const asked = new Map()
  globalThis.deviceCalls = []
  globalThis.Worker = class extends Worker {
    constructor(...given) {
      super(...given)
      this.addEventListener('message', ({ data }) => {
        const call = asked.get(data?.id)
        if (!call || (data.kind !== 'answer' && data.kind !== 'fault')) return
        asked.delete(data.id)
        if (data.kind !== 'answer') return
        const { name, given, begun, at } = call
        globalThis.deviceCalls.push({ name, given, answer: data.value, took: performance.now() - at, begun, ended: Date.now() })
      })
    }
    postMessage(message, ...rest) {
      if (message?.method) asked.set(message.id, { name: `${message.part}.${message.method}`, given: message.given, begun: Date.now(), at: performance.now() })
      super.postMessage(message, ...rest)
    }
  }
  /** Until nothing has been asked for ten pictures in a row: what follows from an answer is asked before the next picture. */
  globalThis.deviceIdle = () =>
    new Promise((idle) => {
      let still = 0
      const picture = () => {
        still = asked.size === 0 ? still + 1 : 0
        if (still === 10) idle()
        else requestAnimationFrame(picture)
      }
      picture()
    })
}

/**
 * `drawn(find)` waits for what `find` finds and gives the page's stopwatch, which runs from the navigation on, when the first
 * picture with it has been made. `passwordDrawn` is that of the first field for a passphrase. `buttonOf` finds by the text.
 */
export function timePictures() {
  globalThis.drawn = (find) =>
    new Promise((resolve) => {
      let seen = null
      const look = () => {
        if (!find()) return
        seen?.disconnect()
        // What a frame's callbacks put off runs after its picture.
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now())))
        return true
      }
      if (look()) return
      seen = new MutationObserver(look)
      seen.observe(document, { childList: true, subtree: true, attributes: true, characterData: true })
    })
  globalThis.buttonOf = (text) => [...document.querySelectorAll('button')].find((one) => one.textContent.trim() === text && !one.disabled)
  globalThis.passwordDrawn = globalThis.drawn(() => document.querySelector('input[type=password]'))
}

/**
 * `sight(places)` watches a gate's video and its verdict. It gives, by the page's stopwatch, the moment of the first frame
 * that is bright at every place, null where none was seen, and that of the first picture with a verdict.
 */
export function timeSight() {
  const BRIGHT = 200
  globalThis.sight = (places) => {
    const video = document.querySelector('video')
    const context = new OffscreenCanvas(places.length, 1).getContext('2d', { willReadFrequently: true })
    const bright = () => {
      for (const [at, { x, y }] of places.entries()) context.drawImage(video, x, y, 1, 1, at, 0, 1, 1)
      const { data } = context.getImageData(0, 0, places.length, 1)
      return places.every((_, at) => data[at * 4 + 1] > BRIGHT)
    }
    let first = null
    let ended = false
    const frame = (came, { captureTime }) => {
      if (bright()) first = Math.min(came, captureTime ?? came)
      else if (!ended) video.requestVideoFrameCallback(frame)
    }
    video.requestVideoFrameCallback(frame)
    return globalThis.drawn(() => document.querySelector('.screen')).then((verdict) => {
      ended = true
      return { first, verdict }
    })
  }
}
