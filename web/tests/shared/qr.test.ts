import { expect, test } from 'vitest'
import { qrPath } from '../../src/shared/qr'

test('runs of dark modules are bars, and light ones are left out', () => {
  const modules = new Uint8Array([1, 1, 0, 0, 1, 0, 0, 0, 1])
  expect(qrPath(3, modules)).toBe('M0 0h2v1h-2zM1 1h1v1h-1zM2 2h1v1h-1z')
})
