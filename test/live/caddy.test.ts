/**
 * Goal: a pub's pages by HTTPS, with a real Caddy beside an operator's own sites: found by both of its names, there again after
 * Caddy was killed or given its file again, gone when they are off; two hubs and their operator don't hinder each other.
 */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import test from 'tape'
import type { Site } from '../../hub-daemon/caddy-sites'
import { CaddyKeeper } from '../../hub-daemon/io/caddy'
import type { HubOptions } from '../../hub-daemon/main'
import { readCaddyPlace } from '../../protocol/caddy-place'
import { type FeedId, type MessageId, pubIdOf } from '../../protocol/ids'
import { CADDY_LOOK_EVERY_MS } from '../../protocol/limits-caddy'
import { createLog } from '../../sbot/log'
import { type Caddy, startCaddy } from '../helpers/caddy'
import { startHubProcess } from '../helpers/hub-process'
import { HubProvider } from '../helpers/hub-provider'
import { HUB, pubOf, STRANGER } from '../helpers/hub-world'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'

const LONG_MS = 90_000
const BILLING = 'billing.example.org {\n\trespond "the operator\'s own site"\n}\n'
/** Without any site a Caddyfile's global options go nowhere. */
const PLAIN = 'http://plain.example.org {\n\trespond "no HTTPS"\n}\n'
const [OF_LIFE, OWN] = ['alice.pubs.example.org', 'social.example.net']

/** True where it presents no certificate for that name. */
const hasNot = (caddy: Caddy, name: string): Promise<boolean> =>
  caddy.secure(name).then(
    () => false,
    (error: Error) => /alert|handshake|SSL|TLS/i.test(error.message),
  )

/** The page, once it has a certificate for that name and answers so. */
const isThere = (caddy: Caddy, name: string, status = 200) =>
  until(
    `${name} by HTTPS`,
    async () => {
      const found = await caddy.secure(name)
      return found.status === status ? found : null
    },
    LONG_MS,
  )

test('a pub by HTTPS: both names, a Caddy that ends and is reloaded, pages off', async (t) => {
  const networkKey = randomNetworkKey()
  const caddy = await startCaddy(BILLING)
  const before = await caddy.config()
  const provider = await new HubProvider(networkKey).start()
  const offers = () => provider.said('buttcloud/capacity')
  const dir = temporaryFolder('hub')
  const options: HubOptions = {
    dir,
    engine: 'process',
    networkKey,
    memoryBytes: 2 ** 30,
    caddy: caddy.address,
  }
  const hub = await startHubProcess({ ...options, join: provider.token() })
  try {
    await until('the hub to offer HTTPS', () => offers().at(-1)?.https === 'yes', LONG_MS)
    const offered = offers().length
    t.same(await caddy.config(), before, 'as long as there is no name, nothing is touched')
    const request = `%${createHash('sha256').update('alice').digest('base64')}.sha256` as MessageId
    const pub = pubIdOf(request)
    const [port, webPort] = [await freePort(), await freePort()]
    await provider.order(hub.id, { pub, port, web: { port: webPort, names: [OWN, OF_LIFE] } })
    await provider.phase(pub, 'up', LONG_MS)
    for (const name of [OF_LIFE, OWN]) {
      const found = await isThere(caddy, name)
      t.match(found.text, /<h1>alice<\/h1>/, name)
      t.match(String(found.headers['content-security-policy']), /default-src 'none'/, 'as the pub sends it')
    }
    t.ok(await hasNot(caddy, 'bob.pubs.example.org'), "another pub's name has no certificate here")
    t.match((await isThere(caddy, 'billing.example.org')).text, /the operator's own site/)
    const plain = await caddy.plain(OWN)
    t.equal(plain.status, 308)
    t.equal(plain.headers.location, `https://${OWN}/x`, 'who comes without HTTPS is sent there')

    await caddy.kill()
    await until('the hub to notice', () => hub.lines().includes('it is tried again'), LONG_MS)
    await caddy.start()
    t.equal((await isThere(caddy, OWN)).status, 200, 'there again after kill -9')
    const own = (await caddy.config()).apps.http.servers.srv0.routes.length
    t.equal(own, 2, 'one route of the hub, one of the operator')

    const told = () => hub.lines().split('told Caddy what to serve').length
    const soFar = told()
    await caddy.reload()
    await hub.move({ passMs: CADDY_LOOK_EVERY_MS })
    await until('Caddy to be told again', () => told() > soFar, LONG_MS)
    await isThere(caddy, OF_LIFE)
    t.ok(
      offers()
        .slice(offered - 1)
        .every(({ https }) => https === 'yes'),
      'no offer changed by all that',
    )

    await provider.order(hub.id, { pub, port, web: null })
    await until('the name to be gone', () => hasNot(caddy, OWN), LONG_MS)
    t.same(await caddy.config(), before, 'and with it all that the hub has put there')
  } catch (error) {
    t.comment(hub.lines().slice(-6_000))
    throw error
  } finally {
    await hub.kill('SIGTERM')
    await caddy.stop()
    await provider.node.remove()
    removeFolder(dir)
  }
  t.end()
})

test('two hubs with one Caddy, on a socket, with no site for HTTPS in its file', async (t) => {
  const caddy = await startCaddy(PLAIN, true)
  const pages = createServer((asked, answer) => {
    answer.setHeader('Connection', 'close')
    answer.end(`for ${asked.headers.host}, by ${asked.headers['x-forwarded-for']}`)
  })
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve))
  const { port } = pages.address() as { port: number }
  const lines: string[] = []
  const keeper = (hub: FeedId, sites: Site[]): CaddyKeeper => {
    const read = readCaddyPlace(caddy.address)
    if (!read.ok) throw new Error(read.why)
    const log = createLog('hub', undefined, (line) => lines.push(line))
    const one = new CaddyKeeper({ place: read.place, hub, log, changed: () => {} })
    one.want(sites, true)
    return one
  }
  const site = (at: number, name: string, upstream = port): Site => ({
    ...{ pub: pubOf(at), names: [name] },
    upstream: `127.0.0.1:${upstream}`,
  })
  const servers = async () => Object.keys((await caddy.config()).apps.http.servers).sort()
  const nothing = await freePort()
  const one = keeper(HUB, [site(1, 'one.example.org'), site(2, 'away.example.org', nothing)])
  const two = keeper(STRANGER, [site(3, 'two.example.org')])
  try {
    t.equal((await isThere(caddy, 'one.example.org')).text, 'for one.example.org, by 127.0.0.1')
    await isThere(caddy, 'two.example.org')
    const away = await isThere(caddy, 'away.example.org', 502)
    t.match(away.text, /Please try again/, 'a pub that is being started anew')
    t.same(await servers(), ['buttcloud', 'srv0'], 'one server for both hubs')
    t.equal(one.facts().names, 2)

    two.want([], true)
    await until('the second hub to be gone', () => hasNot(caddy, 'two.example.org'), LONG_MS)
    t.equal((await isThere(caddy, 'one.example.org')).status, 200, 'the first one is there')

    caddy.file('one.example.org {\n\trespond "mine"\n}\n')
    await caddy.reload()
    one.want([site(1, 'one.example.org'), site(4, 'four.example.org')], true)
    await isThere(caddy, 'four.example.org')
    t.equal(
      (await isThere(caddy, 'one.example.org')).text,
      'mine',
      "a name of the operator's own site is left to it",
    )
    await until('that to be said', () =>
      lines.some((line) => line.includes('sites of its own for these names')),
    )

    caddy.file(PLAIN)
    await caddy.kill()
    one.want([site(1, 'one.example.org')], true)
    await until(
      'its trouble',
      () =>
        one.facts().trouble?.includes('there is no such socket') ||
        one.facts().trouble?.includes('nothing listens'),
      LONG_MS,
    )
    t.notOk(one.facts().reachable)
    await caddy.start()
    await isThere(caddy, 'one.example.org')
    await until('it to know', () => one.facts().reachable, LONG_MS)

    one.want([], true)
    await until('all of it to be gone', async () => (await servers()).length === 1, LONG_MS)
  } catch (error) {
    t.comment(lines.join('\n').slice(-6_000))
    throw error
  } finally {
    await Promise.all([one.stop(), two.stop()])
    await caddy.stop()
    pages.close()
  }
  t.end()
})
