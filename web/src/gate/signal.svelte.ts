import type { Language } from '../i18n/words'
import { keep, kept } from './keep'
import { TONES, TREMBLE, type Sound, type Tone } from './tones'

/** What the guard hears and feels. Muting silences verdicts; that the scanner is broken is never silenced. */
export class Signal {
  private context: AudioContext | null = null
  private asleep = $state(true)
  private silenced = $state(kept('muted') === '1')

  get muted(): boolean {
    return this.silenced
  }

  set muted(next: boolean) {
    this.silenced = next
    keep('muted', next ? '1' : null)
  }

  /** Whether the browser still waits for a tap before it lets a page be heard. */
  get waitsForTap(): boolean {
    return this.asleep
  }

  /** To be called from a tap. */
  async wake(): Promise<void> {
    try {
      this.context ??= new AudioContext()
      if (this.context.state !== 'running') await this.context.resume()
      this.asleep = this.context.state !== 'running'
    } catch {
      // A device without sound still shows and trembles.
    }
  }

  give(sound: Sound): void {
    try {
      navigator.vibrate?.([...TREMBLE[sound]])
    } catch {
      // Refused before the first tap.
    }
    if (this.silenced && sound !== 'broken') return
    for (const tone of TONES[sound]) this.play(tone)
  }

  /** Aloud, in the page's language. */
  speak(text: string, language: Language): void {
    const voice = globalThis.speechSynthesis as SpeechSynthesis | undefined
    if (!voice) return
    const said = new SpeechSynthesisUtterance(text)
    said.lang = language === 'zh' ? 'zh-CN' : 'en'
    voice.cancel()
    voice.speak(said)
  }

  private play({ hz, at, lasts, shape }: Tone): void {
    const { context } = this
    if (context?.state !== 'running') return
    const begin = context.currentTime + at
    const swing = context.createOscillator()
    const level = context.createGain()
    swing.type = shape
    swing.frequency.value = hz
    // Square waves are far louder to the ear.
    const loud = shape === 'square' ? 0.25 : 0.6
    level.gain.setValueAtTime(0, begin)
    level.gain.linearRampToValueAtTime(loud, begin + 0.01)
    level.gain.setValueAtTime(loud, begin + lasts - 0.02)
    level.gain.linearRampToValueAtTime(0, begin + lasts)
    swing.connect(level).connect(context.destination)
    swing.start(begin)
    swing.stop(begin + lasts)
  }
}
