/** Messages that have come in while the library worked are heard before this ends. */
const heard = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

/** One call after the other, since the library does one thing at a time. Those that somebody waits for go before those that are made ahead. */
export class Turns {
  private readonly waitedFor: (() => Promise<void>)[] = []
  private readonly ahead: (() => Promise<void>)[] = []
  private busy = false

  /** Acts when its turn has come; gives what came of it. */
  take<T>(act: () => Promise<T>, ahead = false): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const lane = ahead ? this.ahead : this.waitedFor
      lane.push(() => act().then(resolve, reject))
      void this.go()
    })
  }

  private async go(): Promise<void> {
    if (this.busy) return
    this.busy = true
    while (this.waitedFor.length + this.ahead.length > 0) {
      // One that somebody waits for may be on its way here.
      if (this.waitedFor.length === 0) await heard()
      await (this.waitedFor.shift() ?? this.ahead.shift())?.()
    }
    this.busy = false
  }
}
