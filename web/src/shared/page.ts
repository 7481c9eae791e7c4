import './tokens.css'
import { mount, type Component } from 'svelte'
import { language } from '../i18n/language.svelte'
import { print } from './print.svelte'

/** Puts an app into its page, in the language and size that this device chose. */
export function show<Props extends Record<string, unknown>>(app: Component<Props>, props: Props): void {
  const target = document.getElementById('app')
  if (!target) throw new Error('the page has no place for its app')
  language.choose(language.current)
  print.set(print.large)
  mount(app, { target, props })
}
