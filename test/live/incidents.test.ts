/** Goal: a pub on the process engine that hangs or can't start is healed, and its owner is told, once each. */
import { readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import test from 'tape'
import { runNameOf } from '../../protocol/ids'
import type { PubView } from '../../protocol/rpc'
import { type Hands, tellIncidents } from '../helpers/incident-story'
import { closeWorld, openWorld, type World } from '../helpers/path-story'

/** The hands of whoever has the machine: signals, and files of the pub's volume. */
function handsOn(world: World): Hands {
  const folderOf = (pub: PubView) => join(world.hub.folder, 'runs', runNameOf(pub.pub))
  const secretOf = (pub: PubView) => join(folderOf(pub), 'volume', 'secret')
  const signal = (pub: PubView, name: 'SIGSTOP' | 'SIGKILL') => {
    const output = readFileSync(join(folderOf(pub), 'output.log'), 'utf8')
    const pid = [...output.matchAll(/"pub":"listening".*"pid":(\d+)/g)].at(-1)?.[1]
    process.kill(Number(pid), name)
  }
  return {
    hang: async (pub) => signal(pub, 'SIGSTOP'),
    kill: async (pub) => signal(pub, 'SIGKILL'),
    spoil: async (pub) => renameSync(secretOf(pub), `${secretOf(pub)}.away`),
    mend: async (pub) => renameSync(`${secretOf(pub)}.away`, secretOf(pub)),
    // What bounds a process is the heap of its JavaScript, and that can't be filled from outside.
    exhaust: null,
  }
}

test('process engine: a pub hangs, and then ends at every start; its owner is told', async (t) => {
  const world = await openWorld('own', { engine: 'process' })
  try {
    await tellIncidents(t, world, handsOn(world))
  } catch (error) {
    t.comment(world.provider.output().slice(-4_000))
    t.comment(world.hub.lines().slice(-6_000))
    throw error
  } finally {
    await closeWorld(world)
  }
  t.end()
})
