/**
 * Goal: on real Docker a pub that hangs, runs out of memory or can't start is healed, and its owner is told once each;
 * and an engine that drops 400 events changes nothing of the outcome.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'tape'
import { deafSocket } from '../../bench/deaf-socket'
import { runNameOf } from '../../protocol/ids'
import type { PubView } from '../../protocol/rpc'
import { type Hands, tellIncidents } from '../helpers/incident-story'
import { until } from '../helpers/machine'
import { askForPub } from '../helpers/path-story'
import { engineForTests } from './engine'
import { type Docker, dockerOn, inWorld, lifeOf, nextLife, onDocker, stateOf } from './world'

const MEBIBYTE_BYTES = 1024 * 1024
/** More than the 256 events that the engine keeps. */
const EVENTS_MISSED = 400

function handsOn(docker: Docker): Hands {
  const nameOf = (pub: PubView) => runNameOf(pub.pub)
  const move = async (pub: PubView, from: string, to: string) => {
    const { image } = JSON.parse(await docker('inspect', '-f', '{"image":"{{.Config.Image}}"}', nameOf(pub)))
    const volume = `${nameOf(pub)}:/data`
    await docker('run', '--rm', '-v', volume, '--entrypoint', 'mv', image, `/data/${from}`, `/data/${to}`)
  }
  return {
    // From outside: nothing inside of a container can stop its first process.
    async hang(pub) {
      const processes = (await docker('top', nameOf(pub), '-o', 'pid')).split('\n').slice(1)
      for (const pid of processes.map(Number).filter((one) => one > 1)) process.kill(pid, 'SIGSTOP')
    },
    kill: async (pub) => void (await docker('kill', nameOf(pub))),
    spoil: (pub) => move(pub, 'secret', 'secret.away'),
    mend: (pub) => move(pub, 'secret.away', 'secret'),
    async exhaust(pub) {
      const name = nameOf(pub)
      const before = await lifeOf(docker, name)
      // Little more than it takes; then a file in its memory. The kernel ends the largest process, which is the pub.
      // Anew each time: it may have given memory back between the look and the file.
      const whole = (await docker('inspect', '-f', '{{.HostConfig.Memory}}', name)).trim()
      const ended = async () => (await lifeOf(docker, name)) !== before
      const squeeze = async () => {
        await docker('exec', name, 'rm', '-f', '/tmp/much')
        const limit = String((await memoryOf(docker, name)) + 4 * MEBIBYTE_BYTES)
        await docker('update', '--memory', limit, '--memory-swap', limit, name)
        await docker('exec', name, 'sh', '-c', 'head -c 15000000 /dev/zero > /tmp/much').catch(
          () => undefined,
        )
        await until('it to end', ended, 5000)
      }
      await until('the kernel to end it', async () => (await ended()) || squeeze().then(ended), 180_000)
      await docker('update', '--memory-swap', whole, '--memory', whole, name)
    },
  }
}

/** What it has in memory that can't be dropped; the engine's figure without files. */
async function memoryOf(docker: Docker, name: string): Promise<number> {
  const text = await docker('stats', '--no-stream', '--format', '{{.MemUsage}}', name)
  const [, amount, unit] = /^([\d.]+)([KMG])iB/.exec(text) ?? []
  const factor = { K: 1024, M: MEBIBYTE_BYTES, G: 1024 * MEBIBYTE_BYTES }[unit ?? 'M'] ?? 1
  return Math.ceil(Number(amount) * factor)
}

onDocker(
  'Docker: a pub hangs, runs out of memory, ends at every start; its owner is told',
  async (t, world, engine) => {
    await tellIncidents(t, world, handsOn(dockerOn(engine.host)))
  },
)

test('Docker: a paused pub is healed, and 400 events that never come change nothing', async (t) => {
  const engine = await engineForTests()
  const docker = dockerOn(engine.host)
  const folder = mkdtempSync(join(tmpdir(), 'buttcloud-deaf-'))
  const between = await deafSocket(join(folder, 'docker.sock'), engine.socketPath)
  await inWorld(t, { hub: { engine: 'docker', dockerSocket: between.path } }, async (world) => {
    const names: string[] = []
    for (const name of ['alice', 'bert', 'cleo'])
      names.push(runNameOf((await askForPub(t, world, name)).pub.pub))
    const [killed = '', removed = '', paused = ''] = names
    between.goDeaf()
    await docker('pause', paused)
    const lives = new Map<string, string>()
    for (const name of names) lives.set(name, await lifeOf(docker, name))
    await docker('kill', killed)
    await docker('rm', '-f', removed)
    // Two events each: what the engine has to tell of the rest is lost behind them.
    while (between.swallowed() < EVENTS_MISSED) {
      const probe = ['exec', killed, 'true'] as const
      await docker(...probe).catch(() => undefined)
    }
    t.ok(between.swallowed() >= EVENTS_MISSED, `${between.swallowed()} events were swallowed`)
    for (const name of [killed, removed]) {
      await nextLife(docker, name, lives.get(name) ?? '', 120_000)
      t.pass(`${name === killed ? 'killed' : 'removed'}: it runs again`)
    }
    await nextLife(docker, paused, lives.get(paused) ?? '', 360_000)
    t.equal(await stateOf(docker, paused), 'running', 'paused: it was ended and runs again')
    await until('all to be up', async () => {
      const pubs = await world.provider.admin<PubView[]>('adminPubs')
      return pubs.length === 3 && pubs.every((pub) => pub.status === 'up')
    })
    for (const name of names) t.equal(await stateOf(docker, name), 'running')
  })
  between.close()
  rmSync(folder, { recursive: true, force: true })
  await engine.stop()
  t.end()
})
