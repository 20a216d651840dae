/**
 * Goal: whatever anybody calls the provider's methods with, or sends along with an invite, gets a sentence back,
 * changes nothing and ends no program. Both homes of the provider.
 */
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import test from 'tape'
import { type HubView, joinText, PROVIDER_MANIFEST, type PubView } from '../../protocol/rpc'
import { madeUpFeed } from '../helpers/patchwork'
import { askForPub, closeWorld, openWorld, type World } from '../helpers/path-story'
import type { Home } from '../helpers/provider'
import { partsOf, redeem, useInvite } from '../helpers/redeem'
import { call, dial } from '../helpers/stock'

const MANIFEST = { buttcloud: PROVIDER_MANIFEST }
const METHODS = Object.keys(PROVIDER_MANIFEST) as (keyof typeof PROVIDER_MANIFEST)[]
const ANSWER_WITHIN_MS = 20_000

const nested = (depth: number): unknown => (depth === 0 ? 'deep' : { pub: [nested(depth - 1)] })

/** Argument lists that no method was made for. */
const MALFORMED: [string, unknown[]][] = [
  ['nothing', []],
  ['undefined', [undefined]],
  ['null', [null]],
  ['a number', [7]],
  ['NaN', [Number.NaN]],
  ['a flag', [true]],
  ['a word', ['alice']],
  ['a huge string', ['x'.repeat(1_000_000)]],
  ['a list', [[1, 2, 3]]],
  ['nested objects', [nested(50)]],
  [
    'an object of the wrong types',
    [{ pub: {}, epoch: 'one', feed: [], value: 3, invite: {}, after: -1, uses: 0 }],
  ],
  ['a prototype', [JSON.parse('{"__proto__": {"pub": 1}, "constructor": null, "hub": "@"}')]],
  ['many arguments', [1, 'two', { three: 3 }, [4], null, 6]],
]

/** What came of a call: an error's sentence, or null for an answer. Rejects when nothing comes in time. */
function outcome(rpc: any, method: string, args: unknown[], source: boolean): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${method} said nothing`)), ANSWER_WITHIN_MS)
    const done = (error: unknown) => {
      clearTimeout(timer)
      resolve(error && error !== true ? String((error as Error).message ?? error) : null)
    }
    try {
      if (!source) return rpc.buttcloud[method](...args, done)
      // One item is enough to see that it works; a source that is live has no end.
      pull(rpc.buttcloud[method](...args), pull.take(1), pull.onEnd(done))
    } catch (error) {
      done(error)
    }
  })
}

/** Who has no pub and calls with rubbish may be told so, or be shown the nothing that is theirs; plans are anybody's whom it knows. */
const SHOWS_OWN = new Set(['whoami', 'pubs', 'watch', 'emailState', 'plans'])

for (const home of ['own', 'stock'] as Home[]) {
  test(`${home}: malformed arguments to every method, from an owner, a stranger and a hub`, async (t) => {
    const world = await openWorld(home, { engine: 'process' })
    try {
      const { provider, owner, networkKey } = world
      await askForPub(t, world, 'alice')
      const second = await secondHub(world)
      const before = await picture(world)
      for (const [who, keys] of [
        ['an owner', owner.keys],
        ['a stranger', ssbKeys.generate()],
        ['a hub', second],
      ] as const) {
        const silent: string[] = []
        for (const method of METHODS) {
          for (const [what, args] of MALFORMED) {
            // Each on a connection of its own, so that one which is closed does not speak for the others.
            const rpc = await dial(keys, provider.address, networkKey, MANIFEST)
            const said = await outcome(rpc, method, args, PROVIDER_MANIFEST[method] === 'source').catch(
              (error: Error) => `SILENT ${error.message}`,
            )
            rpc.close(true, () => {})
            if (said?.startsWith('SILENT')) silent.push(`${method}(${what})`)
            else if (said === null && !SHOWS_OWN.has(method))
              silent.push(`${method}(${what}) was let through`)
          }
        }
        t.deepEqual(silent, [], `${who}: ${METHODS.length * MALFORMED.length} calls, a sentence for each`)
      }
      await wrongKinds(world)
      t.deepEqual(await picture(world), before, 'the provider runs on and nothing has changed')
      t.notOk(/TypeError|Unhandled/i.test(provider.output()), 'and nothing was thrown about')
    } catch (error) {
      t.comment(world.provider.output().slice(-4_000))
      throw error
    } finally {
      await closeWorld(world)
    }
    t.end()
  })
}

/** Methods called as if they were of another kind than they are. */
async function wrongKinds(world: World): Promise<void> {
  const { provider, owner, networkKey } = world
  const wrong = Object.fromEntries(
    Object.entries(PROVIDER_MANIFEST).map(([name, kind]) => [name, kind === 'async' ? 'source' : 'async']),
  )
  for (const method of METHODS) {
    const rpc = await dial(owner.keys, provider.address, networkKey, { buttcloud: wrong })
    await outcome(rpc, method, [{}], wrong[method] === 'source').catch(() => null)
    rpc.close(true, () => {})
  }
}

/** All that an operator sees, but for leases, which run down by themselves. */
async function picture(world: World): Promise<[PubView[], HubView[]]> {
  const pubs = await world.provider.admin<PubView[]>('adminPubs')
  const hubs = await world.provider.admin<HubView[]>('adminHubs')
  return [pubs, hubs.map((hub) => ({ ...hub, lease: null }))]
}

/** Joins a hub that has no pubs and no daemon: only its key is needed. */
async function secondHub(world: World): Promise<any> {
  const { provider, networkKey } = world
  const keys = ssbKeys.generate()
  const { token } = await provider.admin('adminHubToken', { label: 'second' })
  const { address, keys: tokenKeys } = partsOf(token)
  const rpc = await dial(tokenKeys, address, networkKey, MANIFEST)
  try {
    const proof = ssbKeys.sign(keys, joinText(tokenKeys.id, keys.id))
    await call(rpc, 'buttcloud.join', { hub: keys.id, proof })
  } finally {
    rpc.close(true, () => {})
  }
  return keys
}

test('a hub that asks for a pub of another hub is refused', async (t) => {
  const world = await openWorld('own', { engine: 'process' })
  try {
    const { provider, networkKey } = world
    const { pub } = await askForPub(t, world, 'alice')
    const keys = await secondHub(world)
    const before = (await picture(world))[0]
    const rpc = await dial(keys, provider.address, networkKey, MANIFEST)
    t.equal((await call<any>(rpc, 'buttcloud.whoami')).role, 'hub')
    const content = { type: 'contact', contact: madeUpFeed(), following: true, pub: true, note: 'x' }
    const value = { author: pub.feed, sequence: 2, previous: null, timestamp: 1, hash: 'sha256', content }
    const signed = { ...value, signature: `${'A'.repeat(86)}==.sig.ed25519` }
    const calls: [keyof typeof PROVIDER_MANIFEST, object][] = [
      ['open', { pub: pub.pub, epoch: 1, feed: pub.feed, head: 0 }],
      ['open', { pub: pub.pub, epoch: 2, feed: keys.id, head: 0 }],
      ['commit', { pub: pub.pub, epoch: 1, value: signed, invite: null }],
      ['feed', { pub: pub.pub, after: 0 }],
    ]
    for (const [method, request] of calls)
      t.equal(
        await outcome(rpc, method, [request], method === 'feed'),
        'unknown: no pub of that id is placed on this hub',
        method,
      )
    rpc.close(true, () => {})
    t.deepEqual((await picture(world))[0], before, 'and nothing has changed')
  } finally {
    await closeWorld(world)
  }
  t.end()
})

test('an invite redeemed with a malformed feed id is refused with a sentence, and stays good', async (t) => {
  const world = await openWorld('own', { engine: 'process' })
  try {
    const { provider, owner, networkKey } = world
    const { code } = await askForPub(t, world, 'alice')
    const { invite } = await provider.admin('adminInvite', { uses: 1 })
    const key = madeUpFeed()
    const requests: unknown[] = [
      ...[
        undefined,
        null,
        7,
        'me',
        [],
        {},
        { feed: 7 },
        { feed: null },
        { feed: {} },
        { feed: 'x'.repeat(100_000) },
      ],
      ...[{ feed: key.slice(1) }, { feed: key.replace('ed25519', 'sha256') }, { feed: `${key} ` }],
      ...[{ feed: '@AAAA.ed25519' }, { feed: [key] }, { feed: { link: key } }],
    ]
    for (const [what, one] of [
      ['a pub’s', code],
      ['the provider’s', invite],
    ] as const) {
      const wrong: string[] = []
      for (const request of requests) {
        const said = await useInvite(networkKey, one, request).then(
          () => 'let through',
          (error: Error) => error.message,
        )
        if (!/feed/.test(said)) wrong.push(`${JSON.stringify(request)?.slice(0, 60)}: ${said}`)
      }
      t.deepEqual(wrong, [], `${what} invite: ${requests.length} refusals that speak of the feed`)
    }
    t.deepEqual(await redeem(owner, code), [], 'the pub’s is as good as new')
    await useInvite(networkKey, invite, { feed: madeUpFeed() })
    t.pass('and so is the provider’s')
  } catch (error) {
    t.comment(world.provider.output().slice(-3_000))
    t.comment(world.hub.lines().slice(-3_000))
    throw error
  } finally {
    await closeWorld(world)
  }
  t.end()
})
