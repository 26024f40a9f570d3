/**
 * Makes a fresh or outdated clone ready: installs the locked packages when they are missing or older than
 * package-lock.json, then builds what is out of date. Runs before `npm start` and `npm test`, says nothing when all
 * is fresh. `--no-build` only installs.
 *
 * This file stays in the syntax of old Nodes, so that they too can print the sentence below instead of a parse error.
 */
var OLDEST = 20
var major = Number(process.versions.node.split('.')[0])

if (major < OLDEST) {
  process.stderr.write(
    'Genjin needs Node ' +
      OLDEST +
      ' or newer to install itself; this is ' +
      process.version +
      '. ' +
      'Get a current one from https://nodejs.org\n' +
      '跟进需要 Node ' +
      OLDEST +
      ' 或更新的版本，当前是 ' +
      process.version +
      '。请到 https://nodejs.org 下载安装后再试。\n',
  )
  process.exit(1)
} else {
  import('./setup/main.mjs')
    .then(function (setup) {
      return setup.setUp({ build: process.argv.indexOf('--no-build') === -1 })
    })
    .catch(function (error) {
      process.stderr.write('\nsetup: ' + (error.expected ? error.message : error.stack) + '\n')
      process.exit(1)
    })
}
