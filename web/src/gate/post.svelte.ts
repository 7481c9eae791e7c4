import { nodeClock } from '../api/clock'
import type { Device, GateState } from '../device/api'
import { language, say } from '../i18n/language.svelte'
import { now } from '../shared/now.svelte'
import { WakeLock } from '../shared/wakelock.svelte'
import type { Eye } from '../shared/scan/eye.svelte'
import { keep, kept } from './keep'
import { Lane } from './lane.svelte'
import { watchPulse } from './pulse'
import { Signal } from './signal.svelte'
import { Tally } from './tally.svelte'
import { Upkeep } from './upkeep.svelte'
import { listenWedge } from './wedge'
import { gate } from './words'

export interface Breakage {
  readonly part: 'decoder' | 'device'
  readonly why: string
}

/** While it is broken, it is said again and again: a guard may have looked away. */
const SAID_AGAIN_MS = 15_000
/** A node that takes longer to say the time is as good as away. */
const REACH_MS = 3_000
const QUIET_MS = 1_500
const QUIET_AT_MOST_MS = 8_000

/** A gate at its post: everything between the camera and the guard. */
export class Post {
  readonly signal = new Signal()
  readonly tally = new Tally()
  readonly upkeep: Upkeep
  readonly lane: Lane
  broken = $state.raw<Breakage | null>(null)
  night = $state(kept('night') === '1')
  /** Whether the camera is wanted, or a USB scanner alone; null until somebody chose. */
  camera = $state<boolean | null>(kept('camera') === null ? null : kept('camera') === '1')
  cameraId = $state<string | null>(kept('cameraId'))
  /** The camera, while one is open. */
  eye = $state.raw<Eye | null>(null)
  /** Takes what the USB scanner reads instead of the lane, for the self-test. */
  scannerTest: ((text: string) => void) | null = null
  private readonly awake = new WakeLock()
  private saying: ReturnType<typeof setInterval> | undefined

  constructor(
    readonly device: Device,
    first: GateState,
  ) {
    const parts = {
      device: device.gate,
      reach: () => nodeClock(AbortSignal.timeout(REACH_MS)),
      quiet: () => this.quiet(),
      renewed: () => this.lane.forgetUndecided(),
    }
    this.upkeep = new Upkeep(parts, first)
    this.lane = new Lane({
      device: device.gate,
      signal: this.signal,
      tally: this.tally,
      online: () => this.upkeep.online,
      renew: () => this.upkeep.renew(true),
      recorded: () => this.upkeep.recorded(),
      silent: () => {
        // While it waits for the node it cannot answer; should it never again, its pulse tells.
        if (this.upkeep.talks === null) this.breaks({ part: 'device', why: 'no answer to a scan' })
      },
    })
  }

  start(): () => void {
    const stops = [
      this.upkeep.start(),
      watchPulse(
        () => this.device.gate.state(now()),
        () => this.upkeep.talks !== null,
        () => this.breaks({ part: 'device', why: 'no sign of life' }),
      ),
      this.device.onDeath((why) => this.breaks({ part: 'device', why })),
      listenWedge((text) => (this.scannerTest ? this.scannerTest(text) : this.lane.read(text, 'scanner'))),
    ]
    void this.awake.hold()
    // Browsers let a page be heard after the first tap or key. Not at pointerdown: the line that asks for the tap goes away
    // with it, and what was to be pressed would move under the finger.
    const touched = (): void => {
      if (this.signal.waitsForTap) void this.signal.wake()
    }
    document.addEventListener('click', touched, true)
    document.addEventListener('keydown', touched, true)
    return () => {
      document.removeEventListener('click', touched, true)
      document.removeEventListener('keydown', touched, true)
      for (const stop of stops) stop()
      void this.awake.release()
      this.lane.stop()
      clearInterval(this.saying)
    }
  }

  breaks(breakage: Breakage): void {
    // A dead worker is worse than a dead decoder, and is not hidden by one.
    if (this.broken?.part === 'device') return
    this.broken = breakage
    this.lane.release()
    const aloud = (): void => {
      this.signal.give('broken')
      this.signal.speak(say(gate).brokenSaid, language.current)
    }
    clearInterval(this.saying)
    aloud()
    this.saying = setInterval(aloud, SAID_AGAIN_MS)
  }

  /** The worker is asked to talk to the node between two people rather than while one waits. */
  private async quiet(): Promise<void> {
    const end = performance.now() + QUIET_AT_MOST_MS
    while (this.lane.busySince(QUIET_MS) && performance.now() < end) await new Promise((pause) => setTimeout(pause, 250))
  }

  /** The decoder was started again. */
  mended(): void {
    clearInterval(this.saying)
    this.broken = null
  }

  useCamera(wanted: boolean, id: string | null = this.cameraId): void {
    this.camera = wanted
    this.cameraId = id
    keep('camera', wanted ? '1' : '0')
    keep('cameraId', id)
  }

  setNight(night: boolean): void {
    this.night = night
    keep('night', night ? '1' : null)
  }
}
