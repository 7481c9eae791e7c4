import type { Component } from 'svelte'
import type { Screen } from './route.svelte'
import Checkin from './screens/Checkin.svelte'
import Pass from './screens/Pass.svelte'
import Today from './screens/Today.svelte'

type Loaded = () => Promise<{ readonly default: Component }> | { readonly default: Component }

/** The three screens of every day come with the page; the others when they are first opened. */
export const SCREEN: Readonly<Record<Screen, Loaded>> = {
  today: () => ({ default: Today }),
  checkin: () => ({ default: Checkin }),
  pass: () => ({ default: Pass }),
  more: () => import('./screens/More.svelte'),
  why: () => import('./screens/Why.svelte'),
  appeal: () => import('./screens/Appeal.svelte'),
  itinerary: () => import('./screens/Itinerary.svelte'),
  attestations: () => import('./screens/Attestations.svelte'),
  people: () => import('./screens/People.svelte'),
  enrol: () => import('./screens/Enrol.svelte'),
  paper: () => import('./screens/Paper.svelte'),
  disclosures: () => import('./screens/Disclosures.svelte'),
  nym: () => import('./screens/NymCard.svelte'),
  consents: () => import('./screens/Consents.svelte'),
  backup: () => import('./screens/Backup.svelte'),
  settings: () => import('./screens/Settings.svelte'),
}
