import type { RuleStanding } from './api'
import { asFault, fault } from './wire'

/** A document of rules, as its module has it. */
interface RulesBook {
  /** The policy that it comes to, base64. */
  policy(): string
  judge(note: string): string
  free(): void
}
interface RulesModule {
  default(): Promise<unknown>
  Rules: new (document: Uint8Array) => RulesBook
}

const modules = import.meta.glob<RulesModule>('../wasm/rules/index.js')

/** What the module throws is a fault as JSON. */
function told<T>(work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    throw typeof thrown === 'string' ? (JSON.parse(thrown) as unknown) : asFault(thrown)
  }
}

async function load(): Promise<RulesModule> {
  const module = modules['../wasm/rules/index.js']
  if (!module) throw fault('no_device', 'this build has no module for rules')
  const loaded = await module().catch((thrown: unknown) => {
    throw fault('unreachable', asFault(thrown).message)
  })
  await loaded.default()
  return loaded
}

/**
 * Reads a document of rules and judges a note by it. Whether the rules are those of a published policy is the wallet's to say:
 * `noteUnder` gives the note for the policy that they come to, or refuses it.
 */
export async function judge(document: Uint8Array, noteUnder: (policy: string) => unknown, loading = load): Promise<readonly RuleStanding[]> {
  const { Rules } = await loading()
  const book = told(() => new Rules(document))
  try {
    const note = noteUnder(book.policy())
    return JSON.parse(told(() => book.judge(JSON.stringify(note)))) as RuleStanding[]
  } finally {
    book.free()
  }
}
