// A slower machine. CDP slows the main thread of a page and no worker, and threads are workers: where those are measured,
// the page's process is stopped for the same share of the time by signals.

/** Long against what a timer is late by, short against a proof. */
const PERIOD_MS = 40

/** The processes that draw pages. */
async function renderers(browser) {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
}

function send(processes, signal) {
  for (const id of processes) process.kill(id, signal)
}

async function byTurns(processes, rate, act) {
  let timer
  const run = () => {
    send(processes, 'SIGCONT')
    timer = setTimeout(stop, PERIOD_MS / rate)
  }
  const stop = () => {
    send(processes, 'SIGSTOP')
    timer = setTimeout(run, PERIOD_MS - PERIOD_MS / rate)
  }
  run()
  try {
    return await act()
  } finally {
    clearTimeout(timer)
    send(processes, 'SIGCONT')
  }
}

/** Does something in a page that is slowed to the `rate`th part: in the page itself by CDP, in its workers by turns. */
export async function slowed(page, slow, act) {
  if (!slow) return act()
  const browser = page.context().browser()
  if (slow.where === 'inWorker') return byTurns(await renderers(browser), slow.rate, act)
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: slow.rate })
  return act()
}
