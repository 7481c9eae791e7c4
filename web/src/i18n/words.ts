export type Language = 'zh' | 'en'

/** The shape that the other language must have: the same keys, texts for texts, phrases with the same gaps. */
export type Same<T> = {
  readonly [K in keyof T]: T[K] extends string ? string : T[K] extends (...gaps: infer Gaps) => string ? (...gaps: Gaps) => string : Same<T[K]>
}

export interface Words<Shape> {
  readonly zh: Shape
  readonly en: Shape
}

/** A dictionary. A key that one language has and the other lacks does not compile. */
export function words<const Zh>(zh: Zh, en: Same<Zh>): Words<Same<Zh>> {
  return { zh: zh as Same<Zh>, en }
}
