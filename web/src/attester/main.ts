import { connect } from '../device/connect'
import { show } from '../shared/page'
import { keepOffline } from '../shared/update.svelte'
import App from './App.svelte'

show(App, { connect })
void keepOffline()
