import { render } from '@testing-library/svelte'
import { vi } from 'vitest'
import { route, type Screen } from '../../src/wallet/route.svelte'
import WalletPage from '../../src/wallet/WalletPage.svelte'
import { setClock } from '../../src/shared/now.svelte'
import { FakeDevice } from '../fake-device'
import { scene } from '../scenes'
import { AT } from '../setup'

export interface Opened {
  readonly device: FakeDevice
  /** Whether the node answers. */
  online: boolean
  readonly requests: string[]
}

/** The wallet's page on a pretended device and node. */
export function open(name: string, screen: Screen = 'today', prepare?: (device: FakeDevice) => void): Opened {
  setClock(() => AT)
  const device = new FakeDevice()
  device.now = AT
  scene(name, device)
  prepare?.(device)
  const opened: Opened = { device, online: true, requests: [] }
  vi.stubGlobal('fetch', async (address: string) => {
    opened.requests.push(address)
    if (!opened.online) throw new TypeError('no network')
    return Response.json({ network: '00', mode: 'development', now: AT })
  })
  route.go(screen)
  render(WalletPage, { device })
  return opened
}
