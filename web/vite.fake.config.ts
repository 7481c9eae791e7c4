import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { headers } from './security.ts'
import { common } from './vite.config.ts'

/** The pages on devices that only pretend: for looking at every state of every screen. Never shipped. */
export default defineConfig({
  ...common,
  root: fileURLToPath(new URL('tests/fake', import.meta.url)),
  publicDir: fileURLToPath(new URL('public', import.meta.url)),
  plugins: [svelte({ configFile: fileURLToPath(new URL('svelte.config.js', import.meta.url)) })],
  preview: { headers },
  build: {
    ...common.build,
    outDir: fileURLToPath(new URL('dist-fake', import.meta.url)),
    emptyOutDir: true,
    rolldownOptions: { input: ['wallet', 'gate', 'regulator', 'attester'].map((page) => fileURLToPath(new URL(`tests/fake/${page}.html`, import.meta.url))) },
  },
})
