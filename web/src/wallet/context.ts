import { getContext, setContext } from 'svelte'
import type { Wallet } from './model.svelte'

const KEY = Symbol('wallet')

export function provideWallet(wallet: Wallet): void {
  setContext(KEY, wallet)
}

export function useWallet(): Wallet {
  return getContext<Wallet>(KEY)
}
