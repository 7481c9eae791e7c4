import { expect, test } from 'vitest'
import { judge } from '../../src/device/rules'

/** A module that judges as it is told, and counts what it was freed of. */
function module(refuses: string | null = null) {
  const seen: { document: Uint8Array; notes: string[]; freed: number }[] = []
  class Rules {
    private readonly at: (typeof seen)[number]
    constructor(document: Uint8Array) {
      if (refuses !== null) throw refuses
      this.at = { document, notes: [], freed: 0 }
      seen.push(this.at)
    }
    policy(): string {
      return 'the policy'
    }
    judge(note: string): string {
      this.at.notes.push(note)
      return JSON.stringify([{ rule: 'GR-CN-0001', met: true, zh: '一', en: 'one' }])
    }
    free(): void {
      this.at.freed += 1
    }
  }
  return { seen, load: async () => ({ default: async () => undefined, Rules }) }
}

const document = new Uint8Array([1, 2, 3])

test('rules judge the note that the wallet gives for the policy they come to', async () => {
  const { seen, load } = module()
  const asked: string[] = []
  const rules = await judge(document, (policy) => (asked.push(policy), { day: 7 }), load)
  expect(rules).toEqual([{ rule: 'GR-CN-0001', met: true, zh: '一', en: 'one' }])
  expect(asked).toEqual(['the policy'])
  expect(seen).toEqual([{ document, notes: ['{"day":7}'], freed: 1 }])
})

test('rules of another policy than a published one see no note', async () => {
  const { seen, load } = module()
  const refusal = { slug: 'other_rules', message: '', detail: {} }
  const refused = judge(
    document,
    () => {
      throw refusal
    },
    load,
  )
  await expect(refused).rejects.toEqual(refusal)
  expect(seen[0]).toMatchObject({ notes: [], freed: 1 })
})

test('a document that is no rulebook is refused by its name', async () => {
  const { load } = module(JSON.stringify({ slug: 'bad_rulebook', message: 'rule 1', detail: {} }))
  await expect(judge(document, () => null, load)).rejects.toMatchObject({ slug: 'bad_rulebook', message: 'rule 1' })
})
