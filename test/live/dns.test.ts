/** Goal: the records of pubs' names in a real name server: set, changed, taken away, and never somebody else's. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type Test } from 'tape'
import { type DnsTarget, targetOf } from '../../plugin/dns-plan'
import type { DnsSettings, TsigAlgorithm } from '../../plugin/dns-settings'
import { Dns, readDnsSecret } from '../../plugin/io/dns'
import type { DnsView } from '../../protocol/rpc-dns'
import { realClock } from '../../sbot/loop'
import { removeFolder, temporaryFolder, until } from '../helpers/machine'
import { tellMoved } from '../helpers/moved-story'
import { DOMAIN, KEYS, type NameServer, OWN_ZONE, startNameServer, ZONE } from '../helpers/name-server'
import { finalAnswer, inviteIn, privatePost, readFrom } from '../helpers/patchwork'
import { askForPub, closeWorld, inside, onProcesses, openWorld, type World } from '../helpers/path-story'
import { call } from '../helpers/stock'
import { alice, bob, provider } from '../helpers/story'

const DEADLINE_MS = 60_000
/** Another address of this machine; the former one still leads there, so that whoever knows that alone hears of it. */
const OTHER = { host: '127.0.0.2', bind: '0.0.0.0' }
const host = (name: string): string => `${name}.${DOMAIN}`

/** A provider's names, kept in this server by a key of its own. */
class Keeper {
  readonly wanted = new Map<string, DnsTarget | null>()
  readonly lines: string[] = []
  readonly folder = temporaryFolder('dns')
  private dns: Dns

  constructor(
    private readonly server: NameServer,
    private readonly key: { name: string; algorithm: TsigAlgorithm; secret: string } = {
      name: 'pubs',
      ...KEYS.pubs,
    },
    private readonly id: typeof provider = provider,
  ) {
    this.dns = this.begin()
  }

  private begin(): Dns {
    const { name, algorithm, secret } = this.key
    writeFileSync(join(this.folder, 'key'), `key "${name}" {\n  secret "${secret}";\n};\n`, { mode: 0o600 })
    const settings: DnsSettings = {
      ...{ server: '127.0.0.1', port: this.server.port, zone: ZONE, ttlSeconds: 60 },
      key: { name, algorithm, secretFile: 'key' },
    }
    const secretBytes = readDnsSecret(settings, this.folder)
    const log = (level: string, fact: string, details?: object): void =>
      void this.lines.push(`${level} ${fact} ${JSON.stringify(details ?? {})}`)
    return new Dns({
      ...{ settings, secret: secretBytes, provider: this.id, folder: this.folder, clock: realClock, log },
      wanted: () => this.wanted,
    })
  }

  want(name: string, at: string | null): void {
    this.wanted.set(host(name), at === null ? null : targetOf(at))
    this.dns.wake()
  }

  of(name: string): { known: string | null; error: string | null } | undefined {
    return this.dns.view().names.find((one) => one.host === host(name))
  }

  get trouble(): string | null {
    return this.dns.view().trouble
  }

  is(name: string, known: string): Promise<boolean> {
    return until(`${name} to be ${known}`, () => this.of(name)?.known === known, DEADLINE_MS)
  }

  async restart(): Promise<void> {
    await this.dns.stop()
    this.dns = this.begin()
    this.dns.wake()
  }

  async stop(): Promise<void> {
    await this.dns.stop()
    removeFolder(this.folder)
  }
}

/** One name server for all of it: starting one costs more than what is tried. */
test('a real name server', async (t) => {
  const server = await startNameServer()
  try {
    await tellLife(t, server)
    await tellForeign(t, server)
    await tellRefused(t, server)
    await tellAway(t, server)
  } finally {
    await server.stop()
  }
  t.end()
})

async function tellLife(t: Test, server: NameServer): Promise<void> {
  const keeper = new Keeper(server)
  keeper.want('alice', '192.0.2.1')
  await keeper.is('alice', 'A 192.0.2.1')
  t.deepEqual(await server.ask(host('alice'), 'A'), ['192.0.2.1'])
  t.match((await server.ask(`_buttcloud.${host('alice')}`, 'TXT')).join(), /^buttcloud=/)
  keeper.want('alice', '192.0.2.2')
  keeper.want('alice', '2001:db8::3')
  await keeper.is('alice', 'AAAA 2001:db8::3')
  t.deepEqual(await server.ask(host('alice'), 'AAAA'), ['2001:db8::3'], 'two moves in a row')
  t.deepEqual(await server.ask(host('alice'), 'A'), [], 'nothing of the former one is left')
  keeper.want('alice', 'hub.example.net')
  await keeper.is('alice', 'CNAME hub.example.net')
  t.deepEqual(await server.ask(host('alice'), 'CNAME'), ['hub.example.net'], 'a hub that has a name')
  const lines = keeper.lines.length
  await keeper.restart()
  keeper.want('bob', '192.0.2.4')
  await keeper.is('bob', 'A 192.0.2.4')
  t.equal(keeper.lines.length, lines + 1, 'after a start only what is new is set')
  keeper.want('alice', null)
  await keeper.is('alice', 'nothing')
  t.deepEqual(await server.ask(host('alice'), 'CNAME'), [])
  t.deepEqual(await server.ask(`_buttcloud.${host('alice')}`, 'TXT'), [], 'all of it is gone')
  keeper.want('alice', '192.0.2.5')
  await keeper.is('alice', 'A 192.0.2.5')
  keeper.want('never', null)
  await keeper.is('never', 'nothing')
  await keeper.stop()
}

async function tellForeign(t: Test, server: NameServer): Promise<void> {
  const long = { name: 'long', ...KEYS.long }
  const other = new Keeper(server, long, bob)
  other.want('alice', '192.0.2.66')
  other.want('taken', '192.0.2.66')
  other.want('carol', '192.0.2.6')
  await other.is('carol', 'A 192.0.2.6')
  t.pass('with another algorithm')
  for (const name of ['alice', 'taken'])
    await until(`${name} to be refused`, () => other.of(name)?.error ?? null, DEADLINE_MS)
  t.match(other.of('taken')?.error ?? '', /is not this provider's has the name taken\.pubs/)
  t.deepEqual(await server.ask(host('taken'), 'A'), ['192.0.2.99'], 'what stood there stands there')
  t.deepEqual(await server.ask(host('alice'), 'A'), ['192.0.2.5'], "another provider's, too")
  t.equal(other.trouble, null, 'and nothing else waits for it')
  other.want('alice', null)
  await other.is('alice', 'nothing')
  t.deepEqual(await server.ask(host('alice'), 'A'), ['192.0.2.5'], 'nor is that taken away')
  await other.stop()
}

async function tellRefused(t: Test, server: NameServer): Promise<void> {
  const cases = [
    { key: { ...KEYS.pubs, name: 'pubs', secret: KEYS.long.secret }, why: /BADSIG: it has the key/ },
    { key: { ...KEYS.pubs, name: 'nobody' }, why: /BADKEY: it does not know the key/ },
    { key: { ...KEYS.stranger, name: 'stranger' }, why: /REFUSED.*key stranger may not change/ },
  ]
  for (const { key, why } of cases) {
    const keeper = new Keeper(server, key, alice)
    keeper.want('dora', '192.0.2.7')
    const trouble = await until('the refusal', () => keeper.trouble, DEADLINE_MS)
    t.match(trouble, why)
    t.equal(keeper.lines.filter((line) => line.startsWith('warn')).length, 1, 'said once')
    t.notOk(
      keeper.lines.some((line) => line.includes(key.secret)),
      'without the secret',
    )
    await keeper.stop()
  }
  t.deepEqual(await server.ask(host('dora'), 'A'), [])
}

async function tellAway(t: Test, server: NameServer): Promise<void> {
  const keeper = new Keeper(server)
  await server.kill()
  keeper.want('erin', '192.0.2.8')
  const trouble = await until('the trouble', () => keeper.trouble, DEADLINE_MS)
  t.match(trouble, /name server 127\.0\.0\.1:\d+ can't be reached/)
  keeper.want('erin', '192.0.2.9')
  await server.start()
  await keeper.is('erin', 'A 192.0.2.9')
  t.equal(keeper.trouble, null, 'tried again by itself')
  t.deepEqual(await server.ask(host('erin'), 'A'), ['192.0.2.9'])
  await keeper.stop()
}

test('a provider with a domain: a new pub has its name, in the invite and in the name server', async (t) => {
  const server = await startNameServer()
  const folder = temporaryFolder('key')
  const secretFile = join(folder, 'dns.key')
  writeFileSync(secretFile, `${KEYS.pubs.secret}\n`, { mode: 0o600 })
  const key = { name: 'pubs', secretFile }
  const dns = { server: '127.0.0.1', port: server.port, zone: ZONE, key }
  const resolvers = [`127.0.0.1:${server.port}`]
  const world = await openWorld('own', { engine: 'process' }, { domain: DOMAIN, dns, resolvers })
  const tell = async (): Promise<void> => {
    const { code, pub, request } = await askForPub(t, world, 'alice')
    t.ok(code.startsWith(`${host('alice')}:${pub.port}:`), 'the invite says its name')
    const shown = await until(
      'the operator to see the record',
      async () => {
        const view = await world.provider.admin<DnsView>('adminDns')
        return view.names[0]?.known === 'A 127.0.0.1' ? view : null
      },
      DEADLINE_MS,
    )
    t.deepEqual([shown.zone, shown.trouble, shown.names.length], [ZONE, null, 1])
    t.deepEqual(await server.ask(host('alice'), 'A'), ['127.0.0.1'])
    t.notOk(world.provider.output().includes(KEYS.pubs.secret), 'the secret is in no log')
    await tellOwn(t, world, { root: request, port: pub.port })
    await world.hub.end()
    await world.hub.restart(OTHER)
    const follows = async () => (await server.ask(host('alice'), 'A')).join() === OTHER.host
    await until('the record to follow a hub with another address', follows, DEADLINE_MS)
  }
  await inside(t, world, tell).finally(() => closeWorld(world))
  await server.stop()
  removeFolder(folder)
  t.end()
})

/** A domain of alice's own: what is not there is said, what leads to her pub counts, and she gets her invite with it. */
async function tellOwn(t: Test, world: World, { root, port }: { root: string; port: number }): Promise<void> {
  const { owner, provider: asked } = world
  const say = async (text: string): Promise<string> => {
    const request = await privatePost(owner, [asked.id], text, { root, branch: root })
    return (await finalAnswer(owner, asked.id, request, DEADLINE_MS)).text
  }
  const isFound = (name: string, found: string) => () =>
    asked.output().includes(`"name":"${name}","host":"${host('alice')}","found":"${found}"`)
  t.match(await say(`domain alice elsewhere.${OWN_ZONE}`), /type `CNAME`, name `elsewhere\.example\.net`/)
  await until('the look at it', isFound(`elsewhere.${OWN_ZONE}`, 'elsewhere'), DEADLINE_MS)
  t.match(
    await say('domain alice'),
    /leads to `bob\.pubs\.example\.org`, which has no address/,
    "another pub's",
  )
  const own = `social.${OWN_ZONE}`
  await say(`domain alice ${own}`)
  const heard = await until(
    'the owner to hear that it leads there',
    async () => {
      const posts = await readFrom(owner, asked.id)
      return posts.find(({ content }) => content.buttcloud?.topic === 'moved') ?? null
    },
    90_000,
  )
  t.ok(
    heard.text.includes(`is now \`${own}:${port}\`; before it was \`${host('alice')}:${port}\``),
    heard.text,
  )
  const code = inviteIn(heard.text) ?? ''
  t.ok(code.startsWith(`${own}:${port}:`), 'with the invite that she has')
  // No resolver of this machine knows these names; the pub behind them is the one that the invite opens.
  await call(owner.rpc, 'invite.accept', code.replace(own, '127.0.0.1'))
  t.match(
    await say('domain alice'),
    /is reached by `social\.example\.net`, and by `alice\.pubs\.example\.org` still/,
  )
  const [shown] = (await asked.admin<DnsView>('adminDns')).own ?? []
  t.deepEqual(
    [shown?.name, shown?.host, shown?.proven, shown?.found],
    [own, host('alice'), true, 'leads there'],
  )
}

onProcesses(
  'without a domain: a hub is started with another address, and the owner gets the invite anew',
  async (t, world) => {
    const { owner, provider: asked } = world
    const { request: root, code: first, pub } = await askForPub(t, world, 'alice')
    await call(owner.rpc, 'invite.accept', first)
    const request = await privatePost(owner, [asked.id], 'invite alice', { root, branch: root })
    const code = inviteIn((await finalAnswer(owner, asked.id, request, DEADLINE_MS)).text) ?? ''
    await world.hub.end()
    await world.hub.restart(OTHER)
    const said = /^The server that \*\*alice\*\* runs on has another address than before/
    await tellMoved({ t, world, code, feed: pub.feed ?? '', port: pub.port, newHost: OTHER.host, said })
  },
)
