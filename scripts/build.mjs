/** Builds everything anew (server, pages, console), whatever the stamps say. Packages are installed first if needed. */
import { setUp } from './setup/main.mjs'

setUp({ build: true, force: true }).catch((error) => {
  process.stderr.write(`\nbuild: ${error.expected ? error.message : error.stack}\n`)
  process.exit(1)
})
