/**
 * Goal: what an operator may do, the provider's own key and the feeds that its settings name may do, and nobody else, whatever
 * they send; and what opens everything takes the own key alone.
 */
import test from 'tape'
import { createApi } from '../../plugin/io/api'
import { hookAuth } from '../../plugin/io/onboarding'
import { noted } from '../../plugin/io/operator-notes'
import { operatorsOf } from '../../plugin/operators'
import type { FeedId } from '../../protocol/ids'
import { OPERATORS_MAX } from '../../protocol/limits-operator'
import { PROVIDER_ANONYMOUS, PROVIDER_MANIFEST } from '../../protocol/rpc'
import { OPERATOR_CALLS } from '../../protocol/rpc-operator'
import { alice, bob, feed, hub, oscar, provider } from '../helpers/story'

const carol = feed('carol, who operates')
const ADMIN = Object.keys(PROVIDER_MANIFEST).filter((name) => name.startsWith('admin'))
const OWN_KEY_ONLY = ADMIN.filter((name) => !(OPERATOR_CALLS as readonly string[]).includes(name))
const TOUCHED = 'the provider was asked'

/** The API of a provider that says when somebody gets through to it. */
const api = createApi(
  provider,
  '1',
  async () => Promise.reject(new Error(TOUCHED)),
  new Set([carol]),
) as Record<string, (this: unknown, ...args: unknown[]) => unknown>

/** What a caller hears of a method. */
function heard(caller: unknown, name: string, ...args: unknown[]): Promise<string> {
  return new Promise((resolve) => {
    const done = (error: unknown): void => resolve(error instanceof Error ? error.message : 'let through')
    const method = api[name]
    if (method === undefined) return resolve('no such method')
    try {
      if (PROVIDER_MANIFEST[name as keyof typeof PROVIDER_MANIFEST] !== 'source')
        return method.call(caller, ...args, done)
      const source = method.call(caller, ...args) as (end: unknown, then: (end: unknown) => void) => void
      source(null, done)
    } catch (error) {
      done(error)
    }
  })
}

test('the methods: own key and named operators get through, everybody else hears a refusal', async (t) => {
  t.deepEqual(
    OWN_KEY_ONLY.sort(),
    ['adminBackup', 'adminRecovery', 'adminRecoveryNew', 'adminRecoveryOffline', 'adminRecoveryOnline'],
    'what opens everything is no operator call',
  )
  for (const name of ADMIN) {
    t.equal(await heard({ id: provider }, name, {}), TOUCHED, `${name}: the own key`)
    t.equal(await heard(undefined, name, {}), TOUCHED, `${name}: the node itself`)
    const named = await heard({ id: carol }, name, {})
    if (OWN_KEY_ONLY.includes(name))
      t.match(named, /^refused: only the provider's own key may/, `${name}: named`)
    else t.equal(named, TOUCHED, `${name}: a named operator`)
  }
  t.end()
})

test('hostile callers: owners, hubs, strangers and rubbish for an id, with rubbish for arguments', async (t) => {
  const ids: unknown[] = [
    ...[alice, bob, oscar, hub, '', null, 7, {}, [carol], { id: carol }, `${carol} `, carol.slice(0, -1)],
    ...[carol.toLowerCase(), `@${'A'.repeat(43)}=.ed25519`, '__proto__'],
  ]
  const rubbish: unknown[][] = [
    [],
    [null],
    [{ by: carol, id: carol }],
    ['x'.repeat(100_000)],
    [1, { as: carol }, []],
  ]
  const through: string[] = []
  for (const name of ADMIN)
    for (const id of ids)
      for (const args of rubbish) {
        const said = await heard({ id }, name, ...args)
        if (!said.startsWith('refused: only')) through.push(`${name} by ${JSON.stringify(id)}: ${said}`)
      }
  t.deepEqual(through, [], `${ADMIN.length * ids.length * rubbish.length} calls`)
  t.end()
})

test('the connection: a named operator may call operator methods besides what anybody may; nobody else', async (t) => {
  type Auth = (id: unknown, then: (error: Error | null, given?: { allow: string[] | null }) => void) => void
  const hooked = (fn: Auth, who: ReadonlySet<FeedId>): Auth => {
    let auth: Auth = fn
    const hook = (then: (this: unknown, fn: Auth, args: unknown[]) => void) => {
      auth = (...args) => then.call(null, fn, args)
    }
    const tables = { admitsInvite: () => false, token: () => null }
    hookAuth({ auth: { hook } }, tables as never, () => undefined, {
      who,
      allow: ['manifest', 'ebt.replicate'],
    })
    return auth
  }
  const rights = (auth: Auth, id: unknown) =>
    new Promise<string[] | null | string>((resolve) =>
      auth(id, (error, given) => resolve(error?.message ?? given?.allow ?? null)),
    )
  const stock = hooked((_id, then) => then(null), new Set([carol]))
  const allowed = await rights(stock, carol)
  t.deepEqual(allowed, ['manifest', 'ebt.replicate', ...OPERATOR_CALLS.map((name) => `buttcloud.${name}`)])
  for (const name of OWN_KEY_ONLY)
    t.notOk(allowed?.includes(`buttcloud.${name}`), `${name} is not among them`)
  for (const id of [alice, hub, '', undefined, 7, `${carol}x`])
    t.equal(await rights(stock, id), null, String(id))
  const refusing = hooked((_id, then) => then(new Error('blocked here')), new Set([carol]))
  t.equal(await rights(refusing, carol), 'blocked here', 'whom the node refuses stays out')
  const master = hooked((_id, then) => then(null, { allow: null }), new Set([carol]))
  t.equal(await rights(master, carol), null, 'a master is one still')
  t.equal(
    PROVIDER_ANONYMOUS.some((name) => name.startsWith('admin')),
    false,
    'nothing of it is anybody’s',
  )
  t.end()
})

test('the log: which named operator asked for what, without their words', async (t) => {
  const lines: string[] = []
  const logged = noted(api, new Set([carol]), (_level, fact, details) =>
    lines.push(`${fact} ${JSON.stringify(details)}`),
  ) as typeof api
  for (const id of [carol, provider, alice, undefined])
    for (const name of ['adminGrant', 'adminBlock', 'pubs'])
      logged[name]?.call({ id }, { reason: 'in confidence' }, () => {})
  t.deepEqual(
    lines,
    ['adminGrant', 'adminBlock'].map(
      (method) => `an operator asks from elsewhere ${JSON.stringify({ operator: carol, method })}`,
    ),
  )
  await new Promise<void>((resolve) =>
    logged.adminOwners?.call({ id: alice }, {}, (error: Error) => {
      t.match(error.message, /^refused/, 'and everything is answered as before')
      resolve()
    }),
  )
  t.end()
})

test('whoami names an operator as one', async (t) => {
  const one = {
    inbox: { state: { provider: { hubs: new Map(), owners: new Set([carol]) } } },
    escrow: { vault: { recovery: { mode: 'automatic', key: 'k' } } },
    now: () => 1,
  }
  const named = createApi(provider, '1', async () => one as never, new Set([carol])) as {
    whoami(this: unknown, then: (error: unknown, answer: { role: string }) => void): void
  }
  const role = await new Promise((resolve) =>
    named.whoami.call({ id: carol }, (_e, answer) => resolve(answer.role)),
  )
  t.equal(role, 'operator', 'though an owner, too')
  t.end()
})

test('the setting: feed ids, and a sentence for everything else, so that a slip lets nobody in', (t) => {
  t.deepEqual([...operatorsOf(undefined)], [])
  t.deepEqual([...operatorsOf([carol, carol])], [carol])
  for (const wrong of [carol, {}, null, true, [carol, 'alice'], [[carol]], [`${carol}~x`], [null]])
    t.throws(() => operatorsOf(wrong), /buttcloud\.operators.*must be/, JSON.stringify(wrong))
  const many = Array.from({ length: OPERATORS_MAX + 1 }, (_, index) => feed(`o${index}`))
  t.throws(() => operatorsOf(many), /at most 20/)
  t.end()
})
