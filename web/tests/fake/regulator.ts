import App from '../../src/regulator/App.svelte'
import { show } from '../../src/shared/page'
import { appealAnswers, CHECKPOINT, FakeRegulator } from '../fake-regulator'
import { pretend } from './node'

// ?scene=NAME chooses the state.
const scene = new URLSearchParams(location.search).get('scene')
const device = new FakeRegulator(pretend({ '/checkpoint': CHECKPOINT, ...appealAnswers() }))
if (scene === 'none') device.records = []
if (scene === 'found') {
  device.rejected = [device.records[0]?.name ?? '']
  device.disputed = device.records.slice(3, 6).map((one) => one.name)
  device.check = { ...device.check, proof: false, inBatch: false }
  device.signature = { ...device.signature, holds: false }
}
show(App, { connect: () => Promise.resolve(device) })
