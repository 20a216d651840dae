import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import tape from 'tape'
import type { Run } from '../../hub-daemon/engines/engine'
import { createProcessEngine } from '../../hub-daemon/engines/process'
import { type Holder, holderOf, self, startOf, takeLock } from '../../hub-daemon/engines/process-lock'
import { keepOutput, lastLines } from '../../hub-daemon/engines/process-output'
import { RUN_OUTPUT_BYTES_MAX } from '../../protocol/limits'
import {
  type EngineUnderTest,
  engineContract,
  factOf,
  refuses,
  reportOf,
  SECRET,
  tinyRun,
} from '../helpers/engine-contract'
import { volumeContract } from '../helpers/engine-volume'
import { removeFolder, temporaryFolder, until } from '../helpers/machine'

const ENTRY = join(__dirname, '../helpers/tiny-pub.js')
const UNDER = { listen: '127.0.0.1' }

const make = async (): Promise<EngineUnderTest> => {
  const folder = temporaryFolder('process')
  const engineIn = (name: string) =>
    createProcessEngine({ directory: join(folder, name), entry: ENTRY, bind: '127.0.0.1' })
  const engine = engineIn('hub-1')
  const neighbour = engineIn('hub-2')
  return {
    engine,
    neighbour,
    ...UNDER,
    killBehindItsBack: async (name) => {
      const holder = holderOf(join(folder, 'hub-1', name, 'lock'))
      if (holder === null) throw new Error(`nobody holds ${name}`)
      process.kill(holder.pid, 'SIGKILL')
    },
    close: async () => {
      await engine.close()
      await neighbour.close()
      removeFolder(folder)
    },
  }
}

engineContract('process', make)
volumeContract('process', make)

tape('process: one daemon at a time holds the folder; closing ends the pubs', async (t) => {
  const folder = temporaryFolder('process')
  const options = { directory: join(folder, 'hub'), entry: ENTRY, bind: '127.0.0.1' }
  const first = createProcessEngine(options)
  const run = await tinyRun(UNDER)
  await first.create(run, SECRET)
  await first.start(run.name)
  await reportOf(run)
  const { pid } = holderOf(join(options.directory, run.name, 'lock')) as Holder
  const second = createProcessEngine(options)
  await refuses(t, second.ping(), 'unreachable', 'a second daemon')
  await first.close()
  t.equal(startOf(pid), null, 'no pub outlives its engine')
  await refuses(t, first.list(), 'unreachable', 'a closed engine')
  await second.ping()
  t.equal((await factOf(second, run.name))?.status, 'exited', 'the next daemon finds the run as it was left')
  await second.start(run.name)
  t.equal((await reportOf(run)).boots, 2)
  t.equal(
    statSync(join(options.directory, run.name, 'volume')).mode & 0o777,
    0o700,
    'others have no business in it',
  )
  await second.close()
  removeFolder(folder)
})

tape(
  'process: the daemon dies; its pub ends with it, a hanging one by force, and never are there two',
  async (t) => {
    const folder = temporaryFolder('process')
    const directory = join(folder, 'hub')
    for (const hangs of [false, true]) {
      const run = await tinyRun(UNDER)
      const daemon = await otherDaemon(directory, run)
      const lock = join(directory, run.name, 'lock')
      const { pid } = (await until('the lock', () => holderOf(lock))) as Holder
      await reportOf(run)
      if (hangs) process.kill(pid, 'SIGSTOP')
      daemon.kill('SIGKILL')
      await new Promise((resolve) => daemon.once('exit', resolve))
      const engine = createProcessEngine({ directory, entry: ENTRY, bind: '127.0.0.1' })
      t.notEqual(
        (await factOf(engine, run.name))?.status,
        'running',
        hangs ? 'a hanging pub' : 'a listening pub',
      )
      t.equal(startOf(pid), null, 'the orphan is gone before anything is told of it')
      await engine.start(run.name)
      t.equal((await reportOf(run)).boots, 2, 'and its folder is taken up again')
      await engine.remove(run.name)
      await engine.close()
    }
    removeFolder(folder)
  },
)

/** A hub daemon in a process of its own that starts one run and stays. */
async function otherDaemon(directory: string, run: Run): Promise<ChildProcess> {
  const engine = JSON.stringify(join(__dirname, '../../hub-daemon/engines/process.js'))
  const options = JSON.stringify({ directory, entry: ENTRY, bind: '127.0.0.1' })
  const program = `const e = require(${engine}).createProcessEngine(${options})
    const run = ${JSON.stringify(run)}
    e.create(run, ${JSON.stringify(SECRET)}).then(() => e.start(run.name)).then(() => console.log('up'))
    setInterval(() => undefined, 1000)`
  const daemon = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve) => daemon.stdout.once('data', resolve))
  return daemon
}

tape('process: the lock knows a process from a later one with the same id', (t) => {
  const folder = temporaryFolder('lock')
  const path = join(folder, 'lock')
  t.equal(takeLock(path), null, 'taken')
  t.deepEqual(takeLock(path), self(), 'held by this process')
  writeFileSync(path, JSON.stringify({ pid: process.pid, started: 'another boot/1' }))
  t.equal(holderOf(path), null, 'the same number, another process: nobody holds it')
  t.equal(takeLock(path), null, 'so it can be taken')
  writeFileSync(path, 'half a li')
  t.equal(takeLock(path), null, 'a damaged one too')
  t.deepEqual(holderOf(path), self())
  removeFolder(folder)
  t.end()
})

tape('process: names that lead elsewhere, a missing program, a damaged record', async (t) => {
  const folder = temporaryFolder('process')
  const directory = join(folder, 'hub')
  const engine = createProcessEngine({ directory, entry: ENTRY, bind: '127.0.0.1' })
  const run = await tinyRun(UNDER)
  for (const name of ['..', '../x', 'a/b', '', '.hidden'])
    await refuses(t, engine.remove(name), 'other', `the name ${JSON.stringify(name)}`)
  await engine.create(run, SECRET)
  writeFileSync(join(directory, run.name, 'run.json'), '{"run":')
  t.deepEqual((await engine.list()).runs, [], 'a run that nobody can read is none')
  t.equal((await engine.list()).volumes.length, 1, 'its volume is still there')
  await engine.create(run, SECRET)
  t.equal((await engine.list()).runs.length, 1, 'and it can be made anew')
  mkdirSync(join(directory, 'something-else'))
  t.equal((await engine.list()).runs.length, 1, 'a folder of somebody else is left alone')
  await engine.close()
  const lost = createProcessEngine({ directory, entry: join(folder, 'no-such.js'), bind: '127.0.0.1' })
  await refuses(t, lost.start(run.name), 'no-image', 'a program that is not there')
  await lost.close()
  const daemonSecret = readFileSync(join(directory, run.name, 'run.json'), 'utf8')
  t.notOk(daemonSecret.includes(SECRET.split('\n')[1] ?? '?'), 'the record holds no secret')
  removeFolder(folder)
})

tape('process: a pub sees nothing of the environment of its daemon', async (t) => {
  const folder = temporaryFolder('process')
  process.env.STRIPE_KEY_OF_A_TEST = 'not for pubs'
  const engine = createProcessEngine({ directory: join(folder, 'hub'), entry: ENTRY, bind: '127.0.0.1' })
  const run = await tinyRun(UNDER)
  await engine.create(run, SECRET)
  await engine.start(run.name)
  const { environment } = await reportOf(run)
  t.notOk(environment.includes('STRIPE_KEY_OF_A_TEST'))
  t.ok(environment.includes('TINY_PORT'))
  delete process.env.STRIPE_KEY_OF_A_TEST
  await engine.close()
  removeFolder(folder)
})

tape('process: output is bounded, and its last lines are kept', async (t) => {
  const folder = temporaryFolder('output')
  const path = join(folder, 'output.log')
  const line = `${'x'.repeat(1023)}\n`
  const lines = Math.ceil((3 * RUN_OUTPUT_BYTES_MAX) / line.length)
  const stream = Readable.from(
    (function* () {
      for (let count = 0; count < lines; count++) yield Buffer.from(line)
      yield Buffer.from('the end\n')
    })(),
  )
  const output = keepOutput(path, [stream])
  await new Promise((resolve) => stream.once('end', resolve))
  output.close()
  t.ok(existsSync(`${path}.1`), 'an older piece is kept')
  const kept = statSync(path).size + statSync(`${path}.1`).size
  t.ok(kept <= 2 * RUN_OUTPUT_BYTES_MAX, `${kept} bytes are kept of ${lines * line.length}`)
  t.equal(lastLines(path, 1).trim(), 'the end')
  removeFolder(folder)
})
