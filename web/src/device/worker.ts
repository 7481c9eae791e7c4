import { Desk } from './desk'
import { Stopped } from './library'
import { asFault, type Call, type Told } from './wire'

const tell = (told: Told): void => self.postMessage(told)

let dead = false
function die(why: string): void {
  dead = true
  tell({ kind: 'dead', why })
}

const desk = new Desk((progress) => tell({ kind: 'progress', progress }))

async function answer(call: Call): Promise<void> {
  try {
    tell({ kind: 'answer', id: call.id, value: await desk.do(call) })
  } catch (thrown) {
    tell({ kind: 'fault', id: call.id, fault: asFault(thrown) })
    if (thrown instanceof Stopped) die(thrown.message)
  }
}

self.addEventListener('message', (event: MessageEvent<Call>) => {
  if (!dead) void answer(event.data)
})

desk.start().then(
  (info) => tell({ kind: 'ready', info }),
  (thrown: unknown) => die(asFault(thrown).message),
)
