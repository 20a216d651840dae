import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tape from 'tape'
import { startOf } from '../../hub-daemon/engines/process-lock'
import { removeFolder, temporaryFolder, until } from '../helpers/machine'
import { runFile } from '../helpers/tap-run'

tape('the test runner: a file that hangs is ended with all it started, and fails', async (t) => {
  const folder = temporaryFolder('runner')
  const file = join(folder, 'hangs.js')
  writeFileSync(
    file,
    `const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'])
    console.log('ok 1 it begins')
    console.log('pid ' + child.pid)
    setInterval(() => 0, 1000)`,
  )
  const result = await runFile(file, 'hangs.js', 2_000)
  t.equal(result.passed, 1, 'what it had asserted counts')
  t.equal(result.failed, 1)
  t.match(result.output, /hangs\.js did not end within 2 s/)
  const pid = Number(/pid (\d+)/.exec(result.output)?.[1])
  await until('the grandchild to be gone', () => startOf(pid) === null)
  t.pass('its own child is gone too')
  removeFolder(folder)
})

tape('the test runner: a file that ends well and leaves a child behind', async (t) => {
  const folder = temporaryFolder('runner')
  const file = join(folder, 'leaves.js')
  writeFileSync(
    file,
    `const options = { stdio: 'inherit' }
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], options)
    console.log('ok 1 it ends\\n1..1\\npid ' + child.pid)
    child.unref()`,
  )
  const result = await runFile(file, 'leaves.js', 30_000)
  t.deepEqual([result.passed, result.failed], [1, 0])
  const pid = Number(/pid (\d+)/.exec(result.output)?.[1])
  await until('what it left to be gone', () => startOf(pid) === null)
  t.pass('nothing is left')
  removeFolder(folder)
})
