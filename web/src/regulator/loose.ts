import { fault } from '../shared/fault'

/** Reading of answers whose shape is only promised. What is of another version is refused by name, not shown in part. */
export type Loose = Readonly<Record<string, unknown>>

export function wrong(what: string): never {
  throw fault('other_version', `the answer has no ${what}`)
}
export function object(value: unknown, what: string): Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : wrong(what)
}
export function list(value: unknown, what: string): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : wrong(what)
}
export const text = (value: unknown, what: string): string => (typeof value === 'string' ? value : wrong(what))
export const number = (value: unknown, what: string): number => (typeof value === 'number' ? value : wrong(what))
export const truth = (value: unknown, what: string): boolean => (typeof value === 'boolean' ? value : wrong(what))
export const texts = (value: unknown, what: string): string[] => list(value, what).map((one) => text(one, what))
export const maybe = <T>(value: unknown, read: (value: unknown) => T): T | null => (value === undefined || value === null ? null : read(value))
export function oneOf<const T extends string>(names: readonly T[], value: unknown, what: string): T {
  return names.find((name) => name === value) ?? wrong(`known ${what}`)
}
