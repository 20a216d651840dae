/** Goal: what `run` may call, however people write the arguments; everything else is refused with the list. */
import test from 'tape'
import { RUN_ITEMS_MAX } from '../../protocol/limits'
import { OWNER_METHODS, PEER_METHODS } from '../../protocol/owner-methods'
import { RUN_NAMES, readRun, runManifest, usageOf } from '../../protocol/run-methods'
import { alice, bob } from '../helpers/story'

const BLOB = '&47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=.sha256'
const argsOf = (method: string, ...args: unknown[]): unknown => {
  const read = readRun(method, args)
  return read.ok ? read.args : read.reason
}

test('arguments as people write them', (t) => {
  const edge = [{ source: alice, dest: bob }]
  t.deepEqual(argsOf('whoami'), [])
  for (const args of [
    [alice, bob],
    [`"${alice}"`, `'${bob}'`],
    [`[@alice](${alice})`, `[@bob](${bob})`],
    [`{"source":"${alice}","dest":"${bob}"}`],
    [{ source: alice, dest: bob }],
  ])
    t.deepEqual(argsOf('friends.isFollowing', ...args), edge, JSON.stringify(args).slice(0, 60))
  t.deepEqual(argsOf('friends.hops'), [{}])
  t.deepEqual(argsOf('friends.all'), [{}], 'an old name')
  t.deepEqual(argsOf('getAddress'), [])
  t.deepEqual(argsOf('blobs.has', `\`${BLOB}\``), [BLOB])
  t.deepEqual(argsOf('blobs.has', `[a picture](${BLOB}?unbox=x)`), [BLOB])
  t.deepEqual(argsOf('createHistoryStream', alice, '5', '10'), [
    { id: alice, seq: 5, limit: 10, live: false, old: true },
  ])
  t.deepEqual(
    argsOf('createHistoryStream', { id: alice, limit: 1e9 }),
    [{ id: alice, limit: RUN_ITEMS_MAX, live: false, old: true }],
    'what would have no end has one',
  )
  t.end()
})

test('what is missing, too much or of another kind is named, with how it is written', (t) => {
  t.match(
    String(argsOf('friends.isFollowing', alice)),
    /^dest is missing: somebody's id.*`friends\.isFollowing SOURCE DEST`/,
  )
  t.match(String(argsOf('friends.isFollowing', 'bob', alice)), /^source must be somebody's id/)
  t.match(String(argsOf('whoami', 'x')), /^1 arguments are too many/)
  t.match(String(argsOf('createHistoryStream', { id: alice, live: true })), /^it takes no "live"/)
  t.match(String(argsOf('createHistoryStream', alice, '-1')), /^seq must be a whole number/)
  t.match(String(argsOf('blobs.has', '{"id":')), /^id must be a blob's id/)
  const odd = [
    null,
    undefined,
    7,
    true,
    [],
    {},
    () => 1,
    '{'.repeat(2_000),
    Symbol('x'),
    { __proto__: { id: alice } },
  ]
  for (const name of RUN_NAMES)
    for (const one of odd) {
      const read = readRun(name, [one])
      t.ok(read.ok || read.reason.length > 0, `${name} of ${typeof one}`)
    }
  t.end()
})

test('nothing that writes, unboxes, searches or has no end is among them', (t) => {
  for (const method of [
    ...[
      'publish',
      'add',
      'del',
      'get',
      'createLogStream',
      'createFeedStream',
      'createUserStream',
      'query.read',
    ],
    ...[
      'links',
      'messagesByType',
      'friends.follow',
      'friends.block',
      'friends.stream',
      'gossip.add',
      'gossip.connect',
    ],
    ...[
      'invite.use',
      'invite.accept',
      'blobs.rm',
      'blobs.add',
      'blobs.push',
      'ebt.request',
      'replicate.request',
    ],
    ...[
      'fence.open',
      'fence.owners',
      'plugins.install',
      'close',
      'auth',
      '__proto__',
      'constructor',
      'toString',
      '',
    ],
  ]) {
    const read = readRun(method, [])
    t.notOk(read.ok, method)
    if (!read.ok) t.equal(read.problem, 'unknown-method')
  }
  const callable = new Set<string>([...OWNER_METHODS, ...PEER_METHODS])
  t.deepEqual(
    RUN_NAMES.filter((name) => !callable.has(name)),
    [],
    'an owner may call with their own key whatever they may run',
  )
  t.ok(Object.keys(runManifest()).length > 5)
  t.equal(usageOf('createHistoryStream'), 'createHistoryStream ID [SEQ] [LIMIT]')
  t.end()
})
