/** Goal: a pub on the process engine that hangs, can't start or has a full disk is healed, and its owner is told, once each. */
import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import pull from 'pull-stream'
import { runNameOf } from '../../protocol/ids'
import { FREE_PLAN_DISK_BYTES } from '../../protocol/limits'
import type { PubView } from '../../protocol/rpc'
import { keysIn } from '../helpers/chains'
import { type Hands, tellDisk, tellIncidents } from '../helpers/incident-story'
import { until } from '../helpers/machine'
import { onProcesses, type World } from '../helpers/path-story'
import { call, dial, netAddress } from '../helpers/stock'

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

const TAKEN_MS = 3_000

/** Brings a blob to a pub as its hub may; true when the pub holds it then. */
async function takesBlob({ hub, networkKey }: World, pub: PubView): Promise<boolean> {
  const address = netAddress('127.0.0.1', pub.port, pub.feed ?? '')
  const calls = { blobs: { add: 'sink', has: 'async' } }
  const rpc = await dial(keysIn(join(hub.folder, 'node')), address, networkKey, calls)
  const blob = randomBytes(1_000)
  const id = `&${createHash('sha256').update(blob).digest('base64')}.sha256`
  try {
    await new Promise<void>((resolve) =>
      pull(
        pull.once(blob),
        rpc.blobs.add(id, () => resolve()),
      ),
    )
    // What is taken is there in a moment; a pub that takes none says nothing.
    const held = () => call<boolean>(rpc, 'blobs.has', id)
    return await until('the pub to hold the blob', held, TAKEN_MS).catch(() => false)
  } finally {
    rpc.close(true, () => undefined)
  }
}

onProcesses('process engine: the disk of a pub fills and gets room again', async (t, world) => {
  const filler = (pub: PubView) => join(world.hub.folder, 'runs', runNameOf(pub.pub), 'volume', 'filler')
  const hands = {
    kill: handsOn(world).kill,
    async fill(pub: PubView, share: number) {
      rmSync(filler(pub), { force: true })
      const bytes = String(Math.floor(share * FREE_PLAN_DISK_BYTES))
      if (share > 0) execFileSync('fallocate', ['-l', bytes, filler(pub)])
    },
  }
  await tellDisk(t, world, hands, (pub) => takesBlob(world, pub))
})

onProcesses('process engine: a pub hangs, and then ends at every start; its owner is told', (t, world) =>
  tellIncidents(t, world, handsOn(world)),
)
