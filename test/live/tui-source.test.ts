/**
 * The source of the terminal UI's facts against a real provider: what waits while the provider is away goes out and is
 * answered by itself, and the next session begins with what this one knew.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'tape'
import { createContext } from '../../cli/context'
import { createSource } from '../../cli/tui/io/source'
import type { Fact, Source } from '../../cli/tui/message'
import type { Connection, Facts } from '../../cli/tui/model'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { startProvider } from '../helpers/provider'

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
const stateOf = (facts: Fact[]): Connection | undefined =>
  facts.findLast((fact) => fact.kind === 'connection')?.connection

test('tui source: joins, asks, outlives the provider, and begins the next time with what it knew', async (t) => {
  process.env.BUTTCLOUD_CAPS_SHS = randomNetworkKey()
  const networkKey = process.env.BUTTCLOUD_CAPS_SHS
  const dir = temporaryFolder('tui-source')
  const folder = temporaryFolder('tui-provider')
  const port = await freePort()
  const options = { networkKey, home: 'own' as const, folder, port, nobodyElse: true }
  let provider = await startProvider(options)
  let known = NOTHING
  let session = begin(dir, () => known)
  try {
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
    t.match(plans[0]?.words ?? '', /costs nothing; .*memory/)
    await session.sees('pubs', 'the list of pubs')

    session.source.perform({ kind: 'say', request: 1, text: 'list', thread: 'newest' })
    const requests = (request: number, state: string) =>
      session.sees(
        'request',
        `request ${request} to be ${state}`,
        (one) => one.request === request && one.progress.state === state,
      )
    await requests(1, 'delivered')
    const answerTo = async (request: number) => {
      const { progress } = await requests(request, 'written')
      const key = progress.state === 'written' ? progress.key : null
      return session.sees('letters', `the answer to ${request}`, ({ letters }) =>
        letters.some(({ payload }) => payload?.kind === 'answer' && payload.final && payload.answers === key),
      )
    }
    await answerTo(1)
    const threads = session.facts.flatMap((fact) => (fact.kind === 'letters' ? fact.letters : []))
    t.equal(new Set(threads.map(({ key }) => key)).size, threads.length, 'no letter comes twice')

    await provider.kill()
    const away = await session.sees(
      'connection',
      'that it is away',
      ({ connection }) => connection.state === 'away',
    )
    t.ok(away.connection.state === 'away' && away.connection.why !== '' && away.connection.since > 0)
    session.source.perform({ kind: 'ask', what: 'pubs' })
    session.source.perform({ kind: 'email', request: 3, set: { address: 'alice@example.org', code: null } })
    const unmailed = await requests(3, 'failed')
    t.match(unmailed.progress.state === 'failed' ? unmailed.progress.problem : '', /out of reach/)
    session.source.perform({ kind: 'say', request: 2, text: 'help', thread: 'newest' })
    await requests(2, 'written')
    t.notOk(
      session.facts.some(
        (fact) => fact.kind === 'request' && fact.request === 2 && fact.progress.state === 'delivered',
      ),
      'it is on the feed and waits',
    )
    provider = await startProvider({ ...options, nobodyElse: false })
    await requests(2, 'delivered')
    await answerTo(2)
    t.equal(stateOf(session.facts)?.state, 'live', 'and all is alive by itself')

    session.source.perform({ kind: 'typed', line: 'restart alice' })
    session.source.perform({ kind: 'typed', line: 'email alice@example.org' })
    session.source.perform({ kind: 'seen', keys: threads.map(({ key }) => key) })
    known = { ...NOTHING, owner: after.owner, provider: after.provider, pubsAt: 5 }
    await session.source.stop()
    const told = session.facts.length
    session = begin(dir, () => known)
    t.equal(told > 0 && session.facts[0]?.kind, 'remembered', 'the next session begins with what was known')
    t.deepEqual(
      session.facts.find((fact) => fact.kind === 'history'),
      { kind: 'history', lines: ['restart alice'] },
    )
    const shown = session.facts.find((fact) => fact.kind === 'shown')
    t.ok(
      threads.every(({ key }) => shown?.keys.includes(key)),
      'what was seen is no news to other commands',
    )
    await session.sees('caught-up', 'the past')
    const again = session.facts.flatMap((fact) => (fact.kind === 'letters' ? fact.letters : []))
    t.ok(again.length >= threads.length, 'the conversation is read again from the feed')
    await session.source.stop()
    writeFileSync(join(dir, 'tui.json'), '{"v":99}')
    session = begin(dir, () => NOTHING)
    t.notOk(
      session.facts.some(({ kind }) => kind === 'remembered'),
      'a later version’s file is not read',
    )
    await session.sees('identity', 'the owner')
    await session.source.stop()
    t.equal(existsSync(join(dir, 'tui.json')) && readFileSync(join(dir, 'tui.json'), 'utf8'), '{"v":99}')
  } finally {
    await session.source.stop()
    await provider.stop()
    for (const one of [dir, folder]) removeFolder(one)
  }
  t.end()
})
