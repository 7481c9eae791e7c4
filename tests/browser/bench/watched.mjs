// What runs in a page before its own code: a stopwatch on every call to the device.

/** Keeps `[call, milliseconds]` of each call to the device that was answered, in `deviceCalls`. */
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
        if (data.kind === 'answer') globalThis.deviceCalls.push([call.name, performance.now() - call.at])
      })
    }
    postMessage(message, ...rest) {
      if (message?.method) asked.set(message.id, { name: `${message.part}.${message.method}`, at: performance.now() })
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
