import { screen, waitFor } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { WalletDevice } from '../../src/device/api'
import { refusal, type FakeDevice } from '../fake-device'
import { open } from './open'

type Wanted = Parameters<WalletDevice['prove']>[1]
const wanted = (device: FakeDevice): Wanted[] => device.called('prove').map(([, one]) => one as Wanted)

/** A device that makes twelve walk-in passes, a portion each time it is told to. */
function slow(device: FakeDevice): { portion: () => void } {
  let portion = (): void => undefined
  let missing = 12
  const { prove } = device.wallet
  // Ahead alone: a pass that somebody waits for is made at once.
  const ahead = async (label: string, asked: Wanted): Promise<Awaited<ReturnType<WalletDevice['prove']>>> => {
    const proved = await prove(label, asked)
    if (asked.walkInBlocks === 0) return proved
    await new Promise<void>((resolve) => (portion = resolve))
    const made = Math.min(asked.most ?? missing, missing)
    missing -= made
    return { ...proved, made, more: missing > 0 }
  }
  Object.assign(device.ahead, { prove: ahead })
  return { portion: () => portion() }
}

test('passes are made ahead in small portions until none is missing', async () => {
  let lab = { portion: (): void => undefined }
  const { device } = open('green', 'today', (made) => (lab = slow(made)))
  await screen.findByText('可以通行')
  for (let portions = 1; portions <= 6; portions += 1) {
    await waitFor(() => expect(wanted(device).filter((one) => one.walkInBlocks === 1)).toHaveLength(portions))
    lab.portion()
  }
  await waitFor(() => expect(wanted(device).at(-1)?.walkInBlocks).toBe(2))
  expect(wanted(device).every((one) => one.most === 2)).toBe(true)
})

test('a pass that somebody asks for waits for one portion alone, and is shown before the next', async () => {
  let lab = { portion: (): void => undefined }
  let ready = (): void => undefined
  const { device } = open('green', 'pass', (made) => {
    lab = slow(made)
    made.refuse('takePass', refusal('no_pass'))
    const { prove } = made.wallet
    const waitedFor = async (...given: Parameters<typeof prove>): ReturnType<typeof prove> => {
      const proved = await prove(...given)
      await new Promise<void>((resolve) => (ready = resolve))
      return proved
    }
    Object.assign(made.wallet, { prove: waitedFor })
  })
  await waitFor(() => expect(wanted(device).some((one) => one.walkInBlocks === 1)).toBe(true))
  await userEvent.click(await screen.findByLabelText(/复工通行/))
  await userEvent.click(screen.getByRole('button', { name: '出示' }))
  const asked = device.calls.length
  await userEvent.click(await screen.findByRole('button', { name: '现在生成' }))
  // The portion that ran ends while the pass is made: none follows it.
  lab.portion()
  await new Promise((later) => setTimeout(later, 50))
  ready()
  expect(await screen.findByRole('img', { name: '复工通行通行二维码' })).toBeTruthy()
  const methods = device.calls.slice(asked).map(({ method }) => method)
  const own = methods.filter((method) => ['prove', 'takePass', 'signPass'].includes(method))
  expect(own).toEqual(['prove', 'takePass', 'signPass'])
  // One is enough to go in with.
  expect(wanted(device).at(-1)).toMatchObject({ policy: 1, most: 1 })
  await userEvent.click(screen.getByRole('button', { name: '收起' }))
  await waitFor(() => expect(wanted(device).at(-1)).toMatchObject({ policy: null, walkInBlocks: 1, most: 2 }))
})
