import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [vue()],
  base: '/app/',
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    // The oldest web view that the messengers still ship.
    target: 'es2019',
    // Small pictures stay files: `img-src 'self'` is all the pages ask for.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:3000' } },
})
