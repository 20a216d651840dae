/** Where the operator's facts come from, with a provider that is played: what is asked, and what is said when it is not there. */
import tape from 'tape'
import { createFleetSource, type Dialled } from '../../cli/tui/admin/io/fleet-source'
import type { AdminFact, FleetSource } from '../../cli/tui/admin/message'
import { demoCapacity } from '../helpers/fleet-world'
import { until } from '../helpers/machine'
import { PROVIDER } from '../helpers/tui-world'

type Callback = (error: unknown, value?: unknown) => void

/** Answers every look, or refuses what it is told to. */
class PlayedProvider {
  asked: string[] = []
  /** How many are asked for at this moment. */
  open = 0
  most = 0
  dials = 0
  isThere = true
  refused = new Set<string>()
  rpc: { closed: boolean; buttcloud: object; close(hard: boolean, done: () => void): void } | null = null

  dial = async (): Promise<Dialled> => {
    this.dials += 1
    if (!this.isThere) throw new Error('the provider does not answer')
    const rpc = {
      closed: false,
      buttcloud: new Proxy({}, { get: (_target, name) => this.method(String(name)) }),
      close: (_hard: boolean, done: () => void) => {
        rpc.closed = true
        done()
      },
    }
    this.rpc = rpc
    return { rpc, id: PROVIDER }
  }

  private method(name: string): (...args: unknown[]) => void {
    return (...args) => {
      const callback = args.at(-1) as Callback
      this.asked.push(args.length > 1 && name === 'adminAudit' ? `${name} ${JSON.stringify(args[0])}` : name)
      this.open += 1
      this.most = Math.max(this.most, this.open)
      setImmediate(() => {
        this.open -= 1
        if (this.rpc?.closed) return callback(new Error('unexpected end of parent stream'))
        if (this.refused.has(name)) return callback(new Error(`refused: ${name} can't be had now`))
        if (name === 'adminInvite') return callback(null, { invite: 'pubs.example.org~seed', uses: 1 })
        return callback(null, name === 'adminCapacity' ? demoCapacity() : [])
      })
    }
  }
}

interface Watched {
  provider: PlayedProvider
  source: FleetSource
  facts: AdminFact[]
  /** Waits for a fact of this kind that comes from now on. */
  next<Kind extends AdminFact['kind']>(kind: Kind): Promise<Extract<AdminFact, { kind: Kind }>>
}

function watched(provider = new PlayedProvider()): Watched {
  const facts: AdminFact[] = []
  const source = createFleetSource(provider.dial, () => {})
  const next = async <Kind extends AdminFact['kind']>(kind: Kind) => {
    const from = facts.length
    const found = await until(`a fact: ${kind}`, () => facts.slice(from).find((one) => one.kind === kind))
    return found as Extract<AdminFact, { kind: Kind }>
  }
  return { provider, source, facts, next }
}

const LOOKS = ['adminCapacity', 'adminPubs', 'adminIncidents', 'adminMoney']
const SELDOM = ['adminMachines', 'adminMail', 'adminBridges', 'adminGrant']

tape(
  'admin tui source: all is asked once, one after the other, and what changes seldom not every time',
  async (t) => {
    const { provider, source, facts, next } = watched()
    const first = next('grants')
    source.start((fact) => facts.push(fact))
    await first
    t.deepEqual(provider.asked, [...LOOKS, ...SELDOM])
    t.equal(provider.most, 1, 'never two at once')
    t.deepEqual(
      facts.slice(0, 3).map(({ kind }) => kind),
      ['provider', 'capacity', 'connection'],
      'it is there when it has answered',
    )
    const again = next('grants')
    source.perform({ kind: 'look' })
    await again
    t.deepEqual(provider.asked, [...LOOKS, ...SELDOM, ...LOOKS, ...SELDOM], 'who asks gets all of it')
    t.equal(provider.dials, 1, 'over one connection')
    await source.stop()
    t.ok(provider.rpc?.closed)
    t.end()
  },
)

tape(
  'admin tui source: what can not be had alone grows old; nothing to be had is told with the reason',
  async (t) => {
    const { provider, source, facts, next } = watched()
    provider.refused.add('adminMoney')
    const first = next('grants')
    source.start((fact) => facts.push(fact))
    await first
    t.notOk(facts.some(({ kind }) => kind === 'money'))
    t.ok(facts.some((one) => one.kind === 'connection' && one.connection.state === 'live'))
    for (const name of [...LOOKS, ...SELDOM]) provider.refused.add(name)
    const away = next('connection')
    source.perform({ kind: 'look' })
    t.match(JSON.stringify(await away), /"away".*can't be had now/)
    provider.refused.clear()
    const back = next('connection')
    source.perform({ kind: 'look' })
    t.equal((await back).connection.state, 'live')
    t.equal(provider.dials, 1, 'it was there all the time')
    await source.stop()
    t.end()
  },
)

tape('admin tui source: the provider goes and comes back', async (t) => {
  const { provider, source, facts, next } = watched()
  provider.isThere = false
  const nobody = next('connection')
  source.start((fact) => facts.push(fact))
  t.match(JSON.stringify(await nobody), /the provider does not answer/)
  provider.isThere = true
  const there = next('grants')
  source.perform({ kind: 'look' })
  await there
  if (provider.rpc !== null) provider.rpc.closed = true
  provider.isThere = false
  const gone = next('connection')
  source.perform({ kind: 'look' })
  const { connection } = await gone
  t.equal(connection.state, 'away')
  const story = next('no-audit')
  source.perform({ kind: 'audit', about: 'home' })
  t.match((await story).problem, /^Its story could not be read: the provider does not answer\.$/)
  provider.isThere = true
  const back = next('connection')
  source.perform({ kind: 'look' })
  t.equal((await back).connection.state, 'live')
  await source.stop()
  t.end()
})

tape('admin tui source: a story and a deed, and what comes of each', async (t) => {
  const { provider, source, facts, next } = watched()
  const first = next('grants')
  source.start((fact) => facts.push(fact))
  const story = next('audit')
  source.perform({ kind: 'audit', about: PROVIDER })
  t.equal((await story).about, PROVIDER)
  await first
  t.equal(provider.dials, 1, 'both over one connection')
  t.ok(provider.asked.includes(`adminAudit {"about":"${PROVIDER}","count":200}`))
  const made = next('deed')
  source.perform({ kind: 'do', deed: { kind: 'invite' } })
  t.deepEqual(await made, {
    ...{ kind: 'deed', ok: true, secret: 'pubs.example.org~seed' },
    text: 'Give this to the one person whom it is for.',
  })
  t.equal(provider.asked.filter((name) => name === 'adminInvite').length, 1, 'done once')
  provider.refused.add('adminHubToken')
  const failed = next('deed')
  source.perform({ kind: 'do', deed: { kind: 'hub-token' } })
  t.match(JSON.stringify(await failed), /"ok":false.*It was not done.*adminHubToken can't be had now/)
  await source.stop()
  const before = facts.length
  source.perform({ kind: 'look' })
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(facts.length, before, 'who has stopped says nothing more')
  t.end()
})
