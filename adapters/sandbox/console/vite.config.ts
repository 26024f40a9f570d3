import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const server = 'http://127.0.0.1:3000'

export default defineConfig({
  plugins: [vue()],
  base: '/',
  build: {
    outDir: '../../../dist/console',
    emptyOutDir: true,
    target: 'es2022',
    // Small pictures stay files: `img-src 'self'` is all the page asks for.
    assetsInlineLimit: 0,
  },
  server: { proxy: { '/sandbox': { target: server, ws: true }, '/app': server, '/api': server } },
})
