/**
 * Goal: the image by itself, as somebody who hosts one pub by hand runs it: up by compose, an invite, a member, web
 * pages, hardened; and one that hangs is started again by the healer.
 */
import { dirname, join } from 'node:path'
import test from 'tape'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { call, startStock } from '../helpers/stock'
import { fetchPage } from '../helpers/web-story'
import { CONTROLS, type Inspected } from './controls'
import { engineForTests } from './engine'
import { needPubImage, PUB_IMAGE } from './images'
import { needPrograms, runProgram } from './machine'
import { dockerOn } from './world'

const FILE = join(dirname(require.resolve('../../../package.json')), 'pub-image', 'docker-compose.yml')
/** Of a pub by itself Docker is the keeper: it starts it again, on a network of compose. The healer holds the socket. */
const NOT_HERE = new Set(['5.10', '5.15', '5.30'])
const NOT_OF_THE_HEALER = new Set([...NOT_HERE, '5.6', '5.9', '5.12', '5.19', '5.32', 'user', 'logs', 'tmp'])
const MEGABYTE = 1024 * 1024

test('compose: a pub by itself', async (t) => {
  await needPrograms()
  const docker = await engineForTests()
  await needPubImage(docker.host)
  const [port, web] = [await freePort(), await freePort()]
  const networkKey = randomNetworkKey()
  const project = `buttcloud-test-${port}`
  const home = temporaryFolder('compose')
  const environment = {
    ...{
      DOCKER_HOST: docker.host,
      DOCKER_SOCKET: docker.socketPath,
      COMPOSE_PROJECT_NAME: project,
      HOME: home,
    },
    ...{ PUB_IMAGE, PUB_HOST: '127.0.0.1', PUB_BIND: '127.0.0.1', PUB_NAME: 'shed', PUB_HEALTH_EVERY: '3s' },
    ...{ PUB_PORT: String(port), PUB_WEB_PORT: String(web), BUTTCLOUD_CAPS_SHS: networkKey },
  }
  const compose = (...args: string[]) =>
    runProgram('docker-compose', ['-f', FILE, ...args], { environment, deadlineMs: 120_000 })
  const command = dockerOn(docker.host)
  const member = await startStock({ networkKey, label: 'member' })
  try {
    await compose('up', '-d')
    const code = await until(
      'an invite',
      () => compose('exec', '-T', 'pub', 'node', '/app/pub-image/io/invite.js', '1').catch(() => null),
      60_000,
    )
    await call(member.rpc, 'invite.accept', code.trim())
    const page = await until(
      'its page',
      () => fetchPage(`http://127.0.0.1:${web}/`).catch(() => null),
      30_000,
    )
    t.match(page.text, /<h1>shed<\/h1>/)

    const inspect = async (service: string) => {
      const id = (await compose('ps', '-q', service)).trim()
      return { id, info: (JSON.parse(await command('inspect', id)) as [Inspected])[0] }
    }
    const pub = await inspect('pub')
    const run = { port, web, memoryBytes: 512 * MEGABYTE }
    for (const [control, what, holds] of CONTROLS)
      if (!NOT_HERE.has(control)) t.ok(holds(pub.info, run), `pub ${control}: ${what}`)
    const healer = await inspect('healer')
    const small = { ...run, memoryBytes: 64 * MEGABYTE }
    for (const [control, what, holds] of CONTROLS)
      if (!NOT_OF_THE_HEALER.has(control)) t.ok(holds(healer.info, small), `healer ${control}: ${what}`)

    const startedAt = async () => (await command('inspect', '-f', '{{.State.StartedAt}}', pub.id)).trim()
    const before = await startedAt()
    await until('the pub to be healthy', async () => (await healthOf(pub.id)) === 'healthy', 60_000)
    // It listens on and does nothing any more.
    await command('exec', pub.id, 'sh', '-c', 'kill -STOP $(pgrep -f entry.js || pidof node)').catch(() =>
      command('kill', '-s', 'STOP', pub.id),
    )
    const again = await until('the healer', async () => (await startedAt()) !== before, 180_000)
    t.ok(again, 'a pub that hangs is started again')
    await until('it to be healthy again', async () => (await healthOf(pub.id)) === 'healthy', 60_000)
    t.match(await compose('logs', 'healer'), /starting again/)
  } finally {
    await member.stop()
    await compose('down', '-v', '-t', '1').catch((error: Error) => t.fail(error.message))
    removeFolder(home)
    await docker.stop()
  }
  t.end()

  async function healthOf(id: string): Promise<string> {
    return (await command('inspect', '-f', '{{.State.Health.Status}}', id)).trim()
  }
})
