import type { Colour } from '../device/api'

/** One tone: its pitch in Hz, when it begins and how long it lasts, in seconds. */
export interface Tone {
  readonly hz: number
  readonly at: number
  readonly lasts: number
  readonly shape: OscillatorType
}

const tone = (hz: number, at: number, lasts: number, shape: OscillatorType = 'sine'): Tone => ({ hz, at, lasts, shape })

export type Sound = Colour | 'broken' | 'again'

/** Told apart by number, pitch and length, so that a guard need not look: up, two level, one low and long, three falling. */
export const TONES: Readonly<Record<Sound, readonly Tone[]>> = {
  green: [tone(880, 0, 0.09), tone(1_320, 0.09, 0.14)],
  yellow: [tone(740, 0, 0.16, 'triangle'), tone(740, 0.26, 0.16, 'triangle')],
  red: [tone(185, 0, 0.7, 'square')],
  grey: [tone(520, 0, 0.16, 'triangle'), tone(415, 0.2, 0.16, 'triangle'), tone(330, 0.4, 0.24, 'triangle')],
  broken: [0, 0.4, 0.8].flatMap((at) => [tone(960, at, 0.2, 'square'), tone(640, at + 0.2, 0.2, 'square')]),
  again: [tone(520, 0, 0.06)],
}

/** Milliseconds on, off, on. */
export const TREMBLE: Readonly<Record<Sound, readonly number[]>> = {
  green: [60],
  yellow: [120, 80, 120],
  red: [500],
  grey: [120, 80, 120, 80, 120],
  broken: [400, 150, 400, 150, 400],
  again: [30],
}
