/** What every engine must do when a volume is read on which nothing runs. */
import tape from 'tape'
import { type Engine, EngineError, type RestingVolume } from '../../hub-daemon/engines/engine'
import { type EngineUnderTest, reportOf, SECRET, tinyRun } from './engine-contract'

/** Path, size and text of every file at a place. */
async function filesAt(volume: RestingVolume, path: string): Promise<[string, number, string][]> {
  const found: [string, number, string][] = []
  for await (const file of volume.files(path)) {
    const parts: Buffer[] = []
    for await (const part of file.bytes) parts.push(part)
    const text = Buffer.concat(parts).toString('utf8')
    if (Math.abs(file.at - Date.now()) > 3_600_000) throw new Error(`${file.path} is of ${file.at}`)
    found.push([file.path, file.sizeBytes, text.length > 100 ? `${text.slice(0, 3)} ${text.length}` : text])
  }
  return found
}

const failed = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing',
    (error: unknown) => (error instanceof EngineError ? error.kind : String(error)),
  )

/** Registers the test. `make` brings everything up. */
export function volumeContract(label: string, make: () => Promise<EngineUnderTest>): void {
  tape(`${label}: a volume is read as it lies there, whoever else reads it, and then goes`, async (t) => {
    const under = await make()
    try {
      await readAtRest(t, under)
    } finally {
      await under.close()
    }
  })
}

async function readAtRest(t: tape.Test, { engine, neighbour, ...under }: EngineUnderTest): Promise<void> {
  const run = await tinyRun(under, { TINY_TREE: '1' })
  t.equal(await failed(engine.openVolume(run.name)), 'missing', 'a volume that is not there')
  await engine.create(run, SECRET)
  await engine.start(run.name)
  await reportOf(run)
  await engine.stop(run.name, 5_000)
  t.equal(await failed(neighbour.openVolume(run.name)), 'missing', "another hub's")

  const volume = await engine.openVolume(run.name)
  // In a swarm it is laid over the volume from memory: on the disk is only the place for it.
  const secret = engine.kind === 'swarm' ? '' : SECRET
  t.deepEqual(await filesAt(volume, 'secret'), [['', Buffer.byteLength(secret), secret]], 'one file')
  const tree = [
    ['a/leaf', 3_000_000, 'aaa 3000000'],
    ['b/leaf', 1, 'b'],
    ['empty', 0, ''],
  ]
  t.deepEqual(await filesAt(volume, 'tree'), tree, 'a folder, in order, and no link is followed')
  // In a container a link leads to the files of the image.
  const beyond = engine.kind === 'process' ? ['elsewhere/passwd'] : []
  for (const path of ['none', 'tree/none', 'tree/link', 'tree/a-link', 'elsewhere', ...beyond])
    t.deepEqual(await filesAt(volume, path), [], `nothing at ${path}`)
  const passed: string[] = []
  for await (const { path } of volume.files('tree')) passed.push(path)
  t.deepEqual(passed, ['a/leaf', 'b/leaf', 'empty'], 'files that nobody reads are passed over')

  const second = await engine.openVolume(run.name)
  t.deepEqual((await engine.list()).runs.length, 1, 'reading counts as no run')
  await second.close()
  t.deepEqual(await filesAt(volume, 'tree'), tree, 'one ends and the other reads on')
  await cutShort(t, volume)
  t.notEqual(await failed(filesAt(volume, 'tree')), 'nothing', 'what was let go is not read any more')

  await inTheWay(t, engine, run.name)
}

/** Let go in the middle of a file: the reader hears of it at once. */
async function cutShort(t: tape.Test, volume: RestingVolume): Promise<void> {
  const cut = async (): Promise<void> => {
    for await (const { bytes } of volume.files('tree')) for await (const _part of bytes) await volume.close()
  }
  t.notEqual(await failed(cut()), 'nothing', 'let go in the middle')
}

/** A reader keeps nobody from starting the pub, nor from removing it and its volume. */
async function inTheWay(t: tape.Test, engine: Engine, name: string): Promise<void> {
  const open = await engine.openVolume(name)
  await engine.start(name)
  t.equal((await engine.list()).runs[0]?.status, 'running', 'it starts all the same')
  await engine.remove(name)
  t.equal((await filesAt(open, 'secret')).length, 1, 'a pub that has ended is read without its container')
  await engine.purge(name)
  t.deepEqual(await engine.list(), { runs: [], volumes: [] }, 'and its volume goes at its date')
  await open.close()
}
