import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, type UserConfig } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'
import { headers } from './security.ts'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** What every build of the pages has in common. No inline styles, scripts or data: the node's CSP refuses them. */
export const common: UserConfig = {
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    cssCodeSplit: true,
    reportCompressedSize: false,
  },
}

export default defineConfig({
  ...common,
  plugins: [
    svelte(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src',
      filename: 'sw.ts',
      injectRegister: false,
      // Each entry installs under a name of its own: public/*.webmanifest.
      manifest: false,
      injectManifest: {
        globPatterns: ['**/*.{html,js,css,svg,wasm,webmanifest}'],
        // Kept by who scans, so that no other phone fetches it.
        globIgnores: ['**/zxing_reader*.wasm'],
        maximumFileSizeToCacheInBytes: 8 * 1024 * 1024,
      },
    }),
  ],
  preview: { headers },
  build: {
    ...common.build,
    rolldownOptions: {
      input: {
        home: at('index.html'),
        wallet: at('w/index.html'),
        gate: at('g/index.html'),
        regulator: at('r/index.html'),
        attester: at('a/index.html'),
      },
    },
  },
})
