import { setClock } from '../../src/shared/now.svelte'

/** Stops the clock at ?at=MS and answers what a page asks of the node that served it, whose clock is `off` by so much. */
export function pretend(answers: Readonly<Record<string, string>> = {}, off = 0): number {
  const at = Number(new URLSearchParams(location.search).get('at') ?? '0') || Date.now()
  setClock(() => at)
  const view = { network: '00'.repeat(32), mode: 'development', now: at + off }
  globalThis.fetch = async (asked) => {
    const path = new URL(asked instanceof Request ? asked.url : asked, location.href).pathname
    return answers[path] === undefined ? Response.json(view) : new Response(answers[path])
  }
  return at
}
