/**
 * The source of the terminal UI's facts against a real provider: what waits while the provider is away goes out and is
 * answered by itself, and the next session begins with what this one knew.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type Test } from 'tape'
import { createContext } from '../../cli/context'
import type { Letter } from '../../cli/letters'
import { createSource } from '../../cli/tui/io/source'
import type { Fact, Source } from '../../cli/tui/message'
import type { Facts } from '../../cli/tui/model'
import type { MessageId } from '../../protocol/ids'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { startProvider, type TestProvider } from '../helpers/provider'

const LONG_MS = 60_000

interface Session {
  source: Source
  facts: Fact[]
  /** Waits for the newest fact of a kind to be as it should. */
  sees<K extends Fact['kind']>(
    kind: K,
    what: string,
    fits?: (fact: Extract<Fact, { kind: K }>) => boolean,
  ): Promise<Extract<Fact, { kind: K }>>
}

function begin(dir: string, known: () => Facts): Session {
  const context = createContext({ dir, ssbPath: join(dir, 'no-ssb-server') })
  const source = createSource({ context, facts: known, note: () => {} })
  const facts: Fact[] = []
  source.start((fact) => facts.push(fact))
  return {
    source,
    facts,
    sees: (kind, what, fits = () => true) =>
      until(
        what,
        () => (facts.findLast((fact) => fact.kind === kind && fits(fact as never)) as never) ?? null,
        LONG_MS,
      ),
  }
}

const NOTHING: Facts = { owner: null, provider: null, pubs: {}, pubsAt: null, plans: null }
interface World {
  session: Session
  provider: TestProvider
  /** Starts the provider again, as after a crash. */
  revive(): Promise<void>
}

/** Waits for a request to come so far; gives its key, once it is written. */
async function gets(session: Session, request: number, state: string): Promise<MessageId | null> {
  const { progress } = await session.sees(
    'request',
    `request ${request} to be ${state}`,
    (one) => one.request === request && one.progress.state === state,
  )
  return progress.state === 'written' ? progress.key : null
}

async function answered(session: Session, request: number): Promise<void> {
  const key = await gets(session, request, 'written')
  await session.sees('letters', `the answer to ${request}`, ({ letters }) =>
    letters.some(({ payload }) => payload?.kind === 'answer' && payload.final && payload.answers === key),
  )
}

const lettersOf = (session: Session): Letter[] =>
  session.facts.flatMap((fact) => (fact.kind === 'letters' ? fact.letters : []))

async function joins(t: Test, { session, provider }: World): Promise<void> {
  const before = await session.sees('identity', 'the owner')
  t.equal(before.provider, null, 'the first run: nobody has been joined')
  t.deepEqual(
    session.facts.find(({ kind }) => kind === 'local'),
    { kind: 'local', there: false },
  )
  session.source.perform({ kind: 'join', invite: 'nonsense' })
  const refused = await session.sees('join-failed', 'what is no invite is refused')
  t.match(refused.problem, /not an invite/)
  const { invite } = await provider.admin('adminInvite', { uses: 1 })
  session.source.perform({ kind: 'join', invite: ` ${invite} ` })
  await session.sees('joined', 'the joining')
  const after = await session.sees('identity', 'the provider', (one) => one.provider !== null)
  t.equal(after.provider?.id, provider.id)
  await session.sees('connection', 'the line', ({ connection }) => connection.state === 'live')
  const { plans } = await session.sees('plans', 'the plans')
  t.match(plans[0]?.words ?? '', /costs nothing: .*memory/)
  await session.sees('pubs', 'the list of pubs')
  session.source.perform({ kind: 'say', request: 1, text: 'list', thread: 'newest' })
  await gets(session, 1, 'delivered')
  await answered(session, 1)
  const letters = lettersOf(session)
  t.equal(new Set(letters.map(({ key }) => key)).size, letters.length, 'no letter comes twice')
}

async function outlives(t: Test, world: World): Promise<void> {
  const { session, provider } = world
  await provider.kill()
  const { connection } = await session.sees(
    'connection',
    'that it is away',
    (one) => one.connection.state === 'away',
  )
  t.ok(
    connection.state === 'away' && connection.why !== '' && connection.since > 0,
    'with why and since when',
  )
  session.source.perform({ kind: 'ask', what: 'pubs' })
  session.source.perform({ kind: 'email', set: { address: 'alice@example.org', code: null } })
  const mail = await session.sees('mail', 'that no mail can be set now')
  t.match(mail.text, /out of reach, and an address waits on no feed/)
  session.source.perform({ kind: 'say', request: 2, text: 'help', thread: 'newest' })
  await gets(session, 2, 'written')
  const isDelivered = (fact: Fact): boolean =>
    fact.kind === 'request' && fact.request === 2 && fact.progress.state === 'delivered'
  t.notOk(session.facts.some(isDelivered), 'it is on the feed and waits')
  await world.revive()
  await gets(session, 2, 'delivered')
  await answered(session, 2)
  const last = session.facts.findLast((fact) => fact.kind === 'connection')
  t.equal(last?.connection.state, 'live', 'and all is alive by itself')
}

/** A node that was closed writes nothing before the provider has said how far its feed goes; then it does, by itself. */
async function waitsForTheGate(t: Test, world: World): Promise<void> {
  const { session } = world
  session.source.perform({ kind: 'say', request: 3, text: 'list', thread: 'newest' })
  await session.sees('connection', 'that it is away', (one) => one.connection.state === 'away')
  t.notOk(
    session.facts.some((fact) => fact.kind === 'request'),
    'nothing is written to a feed that could be ahead elsewhere',
  )
  await world.revive()
  await gets(session, 3, 'delivered')
  await answered(session, 3)
}

/** What a session has known, seen and typed is there in the next one; what a later version wrote is left alone. */
async function remembers(t: Test, world: World, dir: string, keep: (facts: Facts) => void): Promise<void> {
  const { source } = world.session
  const letters = lettersOf(world.session)
  const { owner, provider } = await world.session.sees(
    'identity',
    'who speaks',
    (one) => one.provider !== null,
  )
  source.perform({ kind: 'typed', line: 'restart alice' })
  source.perform({ kind: 'typed', line: 'email alice@example.org' })
  source.perform({ kind: 'seen', keys: letters.map(({ key }) => key) })
  keep({ ...NOTHING, owner, provider, pubsAt: 5 })
  await source.stop()
  await world.provider.kill()
  world.session = begin(dir, () => ({ ...NOTHING, owner, provider, pubsAt: 5 }))
  const { facts } = world.session
  t.equal(facts[0]?.kind, 'remembered', 'the next session begins with what was known')
  t.deepEqual(
    facts.find((fact) => fact.kind === 'history'),
    { kind: 'history', lines: ['restart alice'] },
  )
  const shown = facts.find((fact) => fact.kind === 'shown')
  t.ok(
    letters.every(({ key }) => shown?.keys.includes(key)),
    'what was seen is no news to other commands',
  )
  await world.session.sees('caught-up', 'the past')
  t.ok(lettersOf(world.session).length >= letters.length, 'the conversation is read again from the feed')
  await waitsForTheGate(t, world)
  await world.session.source.stop()
  writeFileSync(join(dir, 'tui.json'), '{"v":99}')
  world.session = begin(dir, () => NOTHING)
  t.notOk(
    world.session.facts.some(({ kind }) => kind === 'remembered'),
    'a later version’s file is not read',
  )
  await world.session.sees('identity', 'the owner')
  await world.session.source.stop()
  t.equal(readFileSync(join(dir, 'tui.json'), 'utf8'), '{"v":99}', 'and not written over by nothing')
}

test('tui source: joins, asks, outlives the provider, and begins the next time with what it knew', async (t) => {
  const networkKey = randomNetworkKey()
  process.env.BUTTCLOUD_CAPS_SHS = networkKey
  const dir = temporaryFolder('tui-source')
  const folder = temporaryFolder('tui-provider')
  const options = { networkKey, home: 'own' as const, folder, port: await freePort() }
  let known = NOTHING
  const world: World = {
    provider: await startProvider({ ...options, nobodyElse: true }),
    session: begin(dir, () => known),
    async revive() {
      world.provider = await startProvider(options)
    },
  }
  try {
    await joins(t, world)
    await outlives(t, world)
    await remembers(t, world, dir, (facts) => {
      known = facts
    })
  } finally {
    await world.session.source.stop()
    await world.provider.stop()
    for (const one of [dir, folder]) removeFolder(one)
  }
  t.end()
})
