import { setClock } from '../../src/shared/now.svelte'

/** Stops the clock at ?at=MS and answers what a page asks of the node that served it, whose clock is `off` by so much. */
export function pretend(answers: Readonly<Record<string, string>> = {}, off = 0): number {
  const at = Number(new URLSearchParams(location.search).get('at') ?? '0') || Date.now()
  setClock(() => at)
  const view = { network: '00'.repeat(32), parameters: '', mode: 'development', origin: 'fake', day: 0, height: 1, log_size: 1, epoch: 1, now: at + off, slot: 1 }
  globalThis.fetch = async (asked) => {
    const path = new URL(asked instanceof Request ? asked.url : asked, location.href).pathname
    return answers[path] === undefined ? Response.json(view) : new Response(answers[path])
  }
  return at
}
