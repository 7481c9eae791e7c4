import { svelte } from '@sveltejs/vite-plugin-svelte'
import { svelteTesting } from '@testing-library/svelte/vite'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [svelte(), svelteTesting()],
  // The words for refusals are held against the library's own list.
  server: { fs: { allow: ['..'] } },
  test: {
    environment: 'happy-dom',
    setupFiles: ['tests/setup.ts'],
    // Nothing is timed: a busy machine only makes them slower.
    testTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    // What runs in a real browser is started by the workspace's own test command.
    exclude: ['tests/browser/**', 'node_modules/**'],
  },
})
