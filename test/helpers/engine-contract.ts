/** What every engine must do, asked of each in the same words. */
import { randomBytes } from 'node:crypto'
import { get } from 'node:http'
import { createServer } from 'node:net'
import tape from 'tape'
import { type Engine, EngineError, type Run, type RunFact } from '../../hub-daemon/engines/engine'
import { type PubId, runNameOf } from '../../protocol/ids'
import { freePort, until } from './machine'
import type { TinyReport } from './tiny-pub'

/** One kind of engine with two hubs on it, and the ways to do things behind its back. */
export interface EngineUnderTest {
  engine: Engine
  /** The engine of another hub on the same machine. */
  neighbour: Engine
  /** Where the tiny pub listens inside. */
  listen: string
  /** Ends the run's process with SIGKILL, past the engine. */
  killBehindItsBack(name: string): Promise<void>
  close(): Promise<void>
}

export const SECRET = `# a secret of a test\n${randomBytes(32).toString('base64')}\n`
const MEGABYTE = 1024 * 1024
const GRACE_MS = 5_000

/** A run of the tiny pub, on a free port, with an id of its own. */
export async function tinyRun(under: { listen: string }, more: Record<string, string> = {}): Promise<Run> {
  const pub = `%${randomBytes(32).toString('base64')}.sha256` as PubId
  const port = await freePort()
  return {
    name: runNameOf(pub),
    pub,
    epoch: 3,
    shape: 'shape-1',
    version: '0.1.0',
    image: null,
    rebuilds: 0,
    port,
    memoryBytes: 96 * MEGABYTE,
    reservedBytes: 32 * MEGABYTE,
    web: null,
    environment: { TINY_PORT: String(port), TINY_BIND: under.listen, ...more },
  }
}

/** What the tiny pub tells from outside, as soon as it listens. */
export function reportOf(run: Run): Promise<TinyReport> {
  return until(
    `the tiny pub on port ${run.port}`,
    async () => JSON.parse(await getText(run.port)) as TinyReport,
  )
}

/** By node:http: a proxy that accepts and closes before the pub listens is an error here, and nothing worse. */
function getText(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = get({ host: '127.0.0.1', port, timeout: 2_000, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8')
      })
      response.on('end', () => resolve(text))
      response.on('error', reject)
    })
    asked.on('timeout', () => asked.destroy(new Error('no answer in time')))
    asked.on('error', reject)
  })
}

export async function factOf(engine: Engine, name: string): Promise<RunFact | undefined> {
  return (await engine.list()).runs.find((run) => run.name === name)
}

/** Passes when the promise rejects with an EngineError of this kind whose sentence is more than a word. */
export async function refuses(
  t: tape.Test,
  promise: Promise<unknown>,
  kind: EngineError['kind'],
  what: string,
): Promise<string> {
  try {
    await promise
  } catch (error) {
    const told = error instanceof EngineError ? error : null
    t.equal(told?.kind, kind, `${what}: ${error instanceof Error ? error.message : String(error)}`)
    t.ok(String(told?.message).split(' ').length > 4, 'in a sentence')
    return String(told?.message)
  }
  t.fail(`${what}: nothing was refused`)
  return ''
}

/** Takes a run away with its volume. Where many are, at once: Swarm has each wait two seconds before it is told to end. */
export async function away(engine: Engine, run: Run): Promise<void> {
  await engine.remove(run.name)
  await engine.purge(run.name)
}

/** Registers the tests. `make` brings everything up; called once for each test. */
export function engineContract(label: string, make: () => Promise<EngineUnderTest>): void {
  const story = (name: string, tell: (t: tape.Test, under: EngineUnderTest) => Promise<void>) =>
    tape(`${label}: ${name}`, async (t) => {
      const under = await make()
      try {
        await tell(t, under)
      } finally {
        await under.close()
      }
    })

  story('a run is made, started, stopped, removed and made again on the same volume', wholeLife)
  story('stopping: in order when it listens to that, by force when not', stopping)
  story('only own runs and volumes are listed, and only they are touched', onlyOwn)
  story('a port that somebody holds', portTaken)
  story('runs that are not there', missing)
  story('a run that ends behind its back is noticed and told of', endsAlone)
  story('what a run uses', measures)
  story('a run that eats too much memory ends, and is named', eatsMemory)
}

async function wholeLife(t: tape.Test, { engine, ...under }: EngineUnderTest): Promise<void> {
  await engine.ping()
  const run = await tinyRun(under)
  await engine.create(run, SECRET)
  const { since, ...fresh } = (await factOf(engine, run.name)) as RunFact
  const { name, pub, epoch, shape } = run
  const facts = { name, pub, epoch, shape, exitCode: null, outOfMemory: false }
  t.deepEqual(fresh, { ...facts, status: 'created' }, 'it is there with all its labels and has not begun')
  t.equal(since, null)
  await refuses(t, engine.create(run, SECRET), 'exists', 'a second create')

  await engine.start(run.name)
  await engine.start(run.name)
  const first = await reportOf(run)
  t.equal(first.secret, SECRET, 'the secret is in its folder')
  t.equal(first.secretMode, '600', 'for its eyes only')
  t.equal(first.boots, 1, 'two starts are one')
  const running = await factOf(engine, run.name)
  t.equal(running?.status, 'running')
  t.ok(Math.abs(Number(running?.since) - Date.now()) < 60_000, 'since is a time of today')

  await engine.stop(run.name, GRACE_MS)
  const stopped = await factOf(engine, run.name)
  t.equal(stopped?.status, 'exited', 'stopped')
  t.ok(Number(stopped?.since) >= Number(running?.since), 'since is when it ended')
  await engine.stop(run.name, GRACE_MS)
  await engine.start(run.name)
  t.equal((await reportOf(run)).boots, 2, 'the same folder after a stop')

  await engine.remove(run.name)
  await engine.remove(run.name)
  t.equal(await factOf(engine, run.name), undefined, 'removed while it ran')
  t.deepEqual((await engine.list()).volumes, [{ name, pub }], 'its volume stays')
  await engine.create({ ...run, epoch: 4, shape: 'shape-2' }, SECRET)
  await engine.start(run.name)
  t.equal((await reportOf(run)).boots, 3, 'made again, it finds its data')
  const again = await factOf(engine, run.name)
  t.deepEqual([again?.epoch, again?.shape], [4, 'shape-2'], 'with the new labels')
  t.match(await engine.logs(run.name, 5), /boot 3 of the tiny pub/, 'its output can be read')
  t.equal((await engine.logs(run.name, 1)).trim().split('\n').length, 1, 'as many lines as asked for')

  await refuses(t, engine.purge(run.name), 'other', 'purging below a run')
  await away(engine, run)
  await engine.purge(run.name)
  t.deepEqual(await engine.list(), { runs: [], volumes: [] }, 'nothing is left')
}

async function stopping(t: tape.Test, { engine, ...under }: EngineUnderTest): Promise<void> {
  const run = await tinyRun(under, { TINY_STUBBORN: '1' })
  await engine.create(run, SECRET)
  await engine.start(run.name)
  await reportOf(run)
  const before = Date.now()
  await engine.stop(run.name, 1_000)
  t.ok(Date.now() - before >= 900, 'it was given its time')
  const fact = await factOf(engine, run.name)
  t.deepEqual([fact?.status, fact?.exitCode], ['exited', 137], 'then it was ended by force')
  t.match(await engine.logs(run.name, 10), /not yet/, 'after it had been asked')
  await away(engine, run)
}

async function onlyOwn(t: tape.Test, { engine, neighbour, ...under }: EngineUnderTest): Promise<void> {
  const mine = await tinyRun(under)
  const theirs = await tinyRun(under)
  await engine.create(mine, SECRET)
  await neighbour.create(theirs, SECRET)
  const names = async (of: Engine) => {
    const { runs, volumes } = await of.list()
    return [runs.map(({ name }) => name), volumes.map(({ name }) => name)]
  }
  t.deepEqual(await names(engine), [[mine.name], [mine.name]])
  t.deepEqual(await names(neighbour), [[theirs.name], [theirs.name]])
  await engine.remove(theirs.name).catch(() => undefined)
  await engine.purge(theirs.name).catch(() => undefined)
  t.deepEqual(await names(neighbour), [[theirs.name], [theirs.name]], 'what another hub made is left alone')
  await Promise.all([away(engine, mine), away(neighbour, theirs)])
}

async function portTaken(t: tape.Test, { engine, ...under }: EngineUnderTest): Promise<void> {
  const run = await tinyRun(under)
  await engine.create(run, SECRET)
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(run.port, '127.0.0.1', resolve))
  await refuses(t, engine.start(run.name), 'port-taken', 'starting on a port that is held')
  t.notEqual((await factOf(engine, run.name))?.status, 'running', 'it does not run')
  await new Promise((resolve) => other.close(resolve))
  await engine.start(run.name)
  t.equal((await reportOf(run)).secret, SECRET, 'it starts when the port is free again')
  await away(engine, run)
}

async function missing(t: tape.Test, { engine, ...under }: EngineUnderTest): Promise<void> {
  const run = await tinyRun(under)
  await refuses(t, engine.start(run.name), 'missing', 'starting')
  await refuses(t, engine.stop(run.name, GRACE_MS), 'missing', 'stopping')
  await refuses(t, engine.logs(run.name, 5), 'missing', 'reading the output')
  await engine.remove(run.name)
  await engine.purge(run.name)
  t.pass('removing and purging what is not there is fine')
}

async function endsAlone(t: tape.Test, { engine, ...under }: EngineUnderTest): Promise<void> {
  const killed = await tinyRun(under)
  const failing = await tinyRun(under, { TINY_EXIT: '7' })
  await engine.create(killed, SECRET)
  await engine.create(failing, SECRET)
  await engine.start(killed.name)
  await reportOf(killed)
  let woken = 0
  const stop = engine.watch(() => woken++)
  // A watch begins with a wake of its own on some engines: what is counted is what comes after.
  await new Promise((resolve) => setTimeout(resolve, 500))
  const before = woken
  await under.killBehindItsBack(killed.name)
  await until('the wake', () => woken > before)
  const fact = await until('the fact', async () => {
    const now = await factOf(engine, killed.name)
    return now?.status === 'exited' ? now : null
  })
  t.deepEqual([fact.exitCode, fact.outOfMemory], [137, false], 'killed: noticed, with its exit code')
  const beforeFailing = woken
  await engine.start(failing.name)
  await until('the second wake', () => woken > beforeFailing)
  const failed = await until('the second fact', async () => {
    const now = await factOf(engine, failing.name)
    return now?.status === 'exited' ? now : null
  })
  t.equal(failed.exitCode, 7, 'ended by itself: noticed, with its exit code')
  stop()
  const after = woken
  await engine.start(killed.name)
  t.equal((await reportOf(killed)).boots, 2, 'it can be started again')
  await Promise.all([away(engine, killed), away(engine, failing)])
  t.equal(woken, after, 'a watch that was ended tells nothing')
}

async function measures(t: tape.Test, { engine, neighbour, ...under }: EngineUnderTest): Promise<void> {
  const run = await tinyRun(under)
  await refuses(t, engine.stats(run.name), 'missing', 'measuring what was never made')
  await engine.create(run, SECRET)
  await refuses(t, engine.stats(run.name), 'missing', 'measuring what has not begun')
  await engine.start(run.name)
  await reportOf(run)
  const first = await engine.stats(run.name)
  t.ok(first.cpuMs > 0 && first.cpuMs < 60_000, `processor time: ${first.cpuMs} ms`)
  t.ok(
    first.memoryBytes > 1 * MEGABYTE && first.memoryBytes < 100 * MEGABYTE,
    `memory: ${first.memoryBytes} bytes`,
  )
  for (let asked = 0; asked < 20; asked += 1) await reportOf(run)
  const second = await engine.stats(run.name)
  t.ok(second.cpuMs >= first.cpuMs, 'processor time only grows')
  if (engine.kind !== 'process') {
    t.ok(Number(second.inBytes) > Number(first.inBytes), `what came in grows: ${second.inBytes} bytes`)
    t.ok(Number(second.outBytes) > Number(first.outBytes), `what went out grows: ${second.outBytes} bytes`)
  } else t.deepEqual([second.inBytes, second.outBytes], [null, null], 'what can not be told is not made up')
  const kind = engine.kind === 'process' ? 'missing' : 'other'
  await refuses(t, neighbour.stats(run.name), kind, "another hub's")
  await engine.stop(run.name, GRACE_MS)
  await refuses(t, engine.stats(run.name), 'missing', 'measuring what has ended')
  await away(engine, run)
}

async function eatsMemory(t: tape.Test, { engine, ...under }: EngineUnderTest): Promise<void> {
  const run = await tinyRun(under, { TINY_EAT: '1' })
  await engine.create(run, SECRET)
  await engine.start(run.name)
  const fact = await until(
    'its end',
    async () => {
      const now = await factOf(engine, run.name)
      return now?.status === 'exited' ? now : null
    },
    60_000,
  )
  t.equal(fact.outOfMemory, true, `out of memory is named as such (exit ${fact.exitCode})`)
  await away(engine, run)
}
