import App from '../../src/attester/App.svelte'
import { show } from '../../src/shared/page'
import { FakeAttester } from '../fake-attester'
import { pretend } from './node'

// ?scene=NAME chooses the state.
const scene = new URLSearchParams(location.search).get('scene')
localStorage.clear()
const device = new FakeAttester(pretend({}))
if (scene === 'none') device.terms = { ...device.terms, kinds: [] }
if (scene === 'unanswered') device.refusals.push({ slug: 'unreachable', message: 'gone', detail: {} })
show(App, { connect: () => Promise.resolve(device) })
