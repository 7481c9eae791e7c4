import { screen, within } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { refusal } from '../fake-device'
import { open } from './open'

test('a pre-check lists each clause, until when it lasts, and what is shown at the gate', async () => {
  open('green', 'why')
  const card = within(await screen.findByRole('region', { name: '复工通行' }))
  for (const text of ['可以通行', /您的是 2026-11-27 上午/, /有效至 2026-11-29 00:00/, '备有 9 张通行证']) expect(card.getByText(text)).toBeTruthy()
})

test('what is missing says what to do, for the policy and the day that are chosen', async () => {
  const { device } = open('yellow', 'why')
  await userEvent.click(await screen.findByRole('radio', { name: /医院探视/ }))
  const card = within(await screen.findByRole('region', { name: '医院探视' }))
  expect(card.getByText('不满足', { selector: 'strong' })).toBeTruthy()
  expect(card.getByText(/到检测机构做检测/)).toBeTruthy()
  await userEvent.click(screen.getByRole('radio', { name: /明天/ }))
  await expect.poll(() => device.called('why').at(-1)?.slice(0, 4)).toEqual(['本人', 2, null, '2026-11-28'])
})

test('what check-ins will bring is told from what they will not', async () => {
  open('tomorrow', 'why')
  expect(await screen.findByText('打卡后可通行')).toBeTruthy()
  expect(screen.getByText(/2026-11-28 起满足/)).toBeTruthy()
})

test('a policy that is only published can be asked about, with when it takes effect', async () => {
  open('green', 'why')
  await userEvent.click(await screen.findByRole('radio', { name: /春运出行.*尚未施行/ }))
  expect(await screen.findByText(/自 2026-12-02 00:00 起施行/)).toBeTruthy()
})

test('a live notice bars the way whatever the clauses say, and can be appealed', async () => {
  open('red', 'why')
  expect(await screen.findByText('有风险告知')).toBeTruthy()
  expect(screen.getByText(/向发布机关申诉/)).toBeTruthy()
})

test('a file of rules is shown rule by rule in the holder’s language, for the day that is chosen', async () => {
  const { device } = open('green', 'why', (device) => {
    device.rules = [
      { rule: 'GR-CN-0001', met: true, zh: '近一天打过卡', en: 'a check-in within a day' },
      { rule: 'GR-CN-0002', met: false, zh: '三天内检测阴性', en: 'a negative test within three days' },
    ]
  })
  const file = new File(['{"policy":1}'], 'rulebook.json', { type: 'application/json' })
  await userEvent.upload(await screen.findByLabelText('选择规则文件'), file)
  const list = within(await screen.findByRole('status', { name: '规则原文' }))
  expect(list.getByText(/三天内检测阴性/).parentElement?.textContent).toContain('不满足')
  expect(list.getByText(/近一天打过卡/).parentElement?.textContent).toContain('满足')
  const [who, bytes, day] = device.called('judge').at(-1) ?? []
  expect([who, new TextDecoder().decode(bytes as Uint8Array), day]).toEqual(['本人', '{"policy":1}', null])
  await userEvent.click(screen.getByRole('radio', { name: /明天/ }))
  await expect.poll(() => device.called('judge').at(-1)?.[2]).toBe('2026-11-28')
})

test('a file of other rules is refused, and nothing of it is shown', async () => {
  open('green', 'why', (device) => void device.refuse('judge', refusal('other_rules')))
  await userEvent.upload(await screen.findByLabelText('选择规则文件'), new File(['{}'], 'other.json', { type: 'application/json' }))
  expect(await screen.findByText('这份规则不是已公布政策的规则')).toBeTruthy()
  expect(screen.queryByRole('status', { name: '规则原文' })).toBeNull()
})
