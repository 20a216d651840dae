/** Which nodes of a swarm may have pubs, what they offer, where a volume goes, and what is weaker there. */
import tape from 'tape'
import {
  describeWeakness,
  isBelow,
  needAccepted,
  unaccepted,
  weaknessesOf,
} from '../../hub-daemon/engines/swarm-flags'
import {
  absenceOf,
  chooseNode,
  fulfils,
  parseConstraint,
  roomOf,
  roomOfAll,
  type SwarmNode,
} from '../../hub-daemon/engines/swarm-nodes'
import { swarmSettings } from '../../hub-daemon/engines/swarm-options'
import type { FeedId } from '../../protocol/ids'

const GIGABYTE = 1024 ** 3

function node(
  id: string,
  more: {
    memory?: number
    version?: string
    labels?: object
    state?: string
    role?: string
    availability?: string
  } = {},
): SwarmNode {
  const { memory = 16 * GIGABYTE, version = '25.0.3', labels = {}, state = 'ready', role = 'worker' } = more
  return {
    ID: id,
    Spec: {
      Availability: more.availability ?? 'active',
      Role: role,
      Labels: labels as Record<string, string>,
    },
    Description: {
      Hostname: `host-${id}`,
      Platform: { Architecture: 'x86_64', OS: 'linux' },
      Resources: { MemoryBytes: memory },
      Engine: { EngineVersion: version, Labels: { disk: 'ssd' } },
    },
    Status: { State: state, Addr: '10.0.0.1' },
  }
}

tape('swarm: constraints are read as Swarm reads them', (t) => {
  t.deepEqual(parseConstraint('node.labels.pubs==yes'), {
    key: 'node.labels.pubs',
    equal: true,
    value: 'yes',
  })
  t.deepEqual(parseConstraint('node.role != manager'), { key: 'node.role', equal: false, value: 'manager' })
  for (const text of [
    '',
    'node.labels.pubs',
    'node.labels.pubs=yes',
    'pubs==yes',
    'node.id==',
    '==x',
    'node.labels.a b==c',
  ])
    t.equal(parseConstraint(text), null, `"${text}" is none`)
  const one = node('a', { labels: { pubs: 'Yes' } })
  const holds = (...constraints: string[]) => fulfils(one, constraints)
  t.ok(holds('node.labels.pubs==yes'), 'whatever the case')
  t.ok(holds('node.labels.other!=yes', 'node.role==worker', 'node.id==a', 'node.hostname==host-a'))
  t.ok(
    holds(
      'engine.labels.disk==ssd',
      'node.platform.os==linux',
      'node.platform.arch!=arm64',
      'node.ip==10.0.0.1',
    ),
  )
  t.notOk(holds('node.labels.pubs==yes', 'node.role==manager'), 'all of them count')
  t.notOk(holds('nonsense'), 'what is no constraint is fulfilled by nobody')
  t.ok(holds(), 'no constraint: every node')
  t.end()
})

tape('swarm: its room is that of its nodes, each less a reserve; what is away offers none', (t) => {
  const big = node('a')
  t.equal(roomOf(big), 15 * GIGABYTE, 'a sixteenth is kept')
  t.equal(
    roomOf(node('b', { memory: GIGABYTE })),
    GIGABYTE - 256 * 1024 * 1024,
    'at least a quarter of a gigabyte',
  )
  t.equal(roomOf(node('b', { memory: 1000 })), 0, 'never less than none')
  const nodes = [
    big,
    node('b', { labels: { pubs: 'yes' } }),
    node('c', { state: 'down', labels: { pubs: 'yes' } }),
    node('d', { availability: 'drain', labels: { pubs: 'yes' } }),
    node('e', { availability: 'pause', labels: { pubs: 'yes' } }),
  ]
  t.equal(roomOfAll(nodes, []), 30 * GIGABYTE)
  t.equal(roomOfAll(nodes, ['node.labels.pubs==yes']), 15 * GIGABYTE)
  t.end()
})

tape('swarm: a volume goes where most is left, and a pub that fits nowhere is told why', (t) => {
  const nodes = [node('b'), node('a'), node('c', { state: 'down' })]
  const taken = (bytes: Record<string, number>) => new Map(Object.entries(bytes))
  t.equal(chooseNode(nodes, [], taken({}), GIGABYTE).ID, 'a', 'of equals the first by id')
  t.equal(chooseNode([...nodes].reverse(), [], taken({}), GIGABYTE).ID, 'a', 'in whatever order they come')
  t.equal(chooseNode(nodes, [], taken({ a: GIGABYTE }), GIGABYTE).ID, 'b')
  t.equal(
    chooseNode(nodes, [], taken({ a: 14 * GIGABYTE, b: 14 * GIGABYTE }), GIGABYTE).ID,
    'a',
    'to the last byte',
  )
  t.throws(
    () => chooseNode(nodes, [], taken({ a: 14 * GIGABYTE + 1, b: 15 * GIGABYTE }), GIGABYTE),
    /no node of this swarm has 1024 MB left for it: host-b 0 MB, host-a 1023 MB, host-c is away/,
    'the sum would do, but no single node',
  )
  t.throws(() => chooseNode(nodes, ['node.id==z'], taken({}), 1), /no node of this swarm fulfils node.id==z/)
  t.end()
})

tape('swarm: what it can not protect pubs by is named, node by node, and needs a yes by its name', (t) => {
  const names = (wish: Partial<Parameters<typeof weaknessesOf>[0]>) =>
    weaknessesOf({ api: '1.47', nodes: [node('a')], ports: 'host', bind: '0.0.0.0', ...wish })
      .filter(({ needsYes }) => needsYes)
      .map(({ name, nodes }) => (nodes.length === 0 ? name : `${name} on ${nodes.join()}`))
  t.deepEqual(names({}), [], 'Docker 25 can do what security needs')
  t.deepEqual(names({ api: '1.43' }), ['no-new-privileges'], 'the manager does not take it')
  t.deepEqual(
    names({ nodes: [node('a'), node('b', { version: '20.10.24+dfsg1' })] }),
    ['no-new-privileges on host-b'],
    'an older node would leave it out without a word',
  )
  t.deepEqual(names({ nodes: [node('a', { version: '19.03.5' })] }), [
    'no-new-privileges on host-a',
    'capabilities on host-a',
    'processes on host-a',
    'open-files on host-a',
  ])
  t.deepEqual(names({ ports: 'ingress' }), ['isolation'])
  t.deepEqual(names({ bind: '127.0.0.1' }), ['bind'], 'a swarm publishes on every address')

  const old = weaknessesOf({ api: '1.41', nodes: [], ports: 'host', bind: '0.0.0.0' })
  t.deepEqual(unaccepted(old, ['no-new-privileges']), [])
  t.doesNotThrow(() => needAccepted(old, ['no-new-privileges']))
  t.throws(() => needAccepted(old, []), /start the hub with --allow-weaker no-new-privileges$/)
  t.throws(() => needAccepted(old, ['isolation']), /no-new-privileges/, 'another yes is none for this')
  t.ok(
    old.some(({ needsYes }) => !needsYes),
    'what does little harm is told of as well',
  )
  t.ok(
    old.every((one) => describeWeakness(one).split(' ').length > 6),
    'in words',
  )
  t.end()
})

tape('swarm: versions of engines are compared by their numbers', (t) => {
  t.ok(isBelow('20.10.24+dfsg1', '25.0'))
  t.ok(isBelow('1.9', '1.41'))
  t.notOk(isBelow('25.0.3', '25.0'))
  t.notOk(isBelow('25', '25.0'))
  t.notOk(isBelow('26.1.0-rc.1', '25.0'))
  t.ok(isBelow('', '20.10'), 'what says nothing is older than all')
  t.ok(isBelow('dev', '20.10'))
  t.end()
})

tape('swarm: options that can not be meant are refused in a sentence', (t) => {
  const base = { hub: '@x.ed25519' as FeedId, image: 'image', bind: '0.0.0.0' }
  t.equal(swarmSettings(base).ports, 'host')
  t.equal(swarmSettings(base).network, 'buttcloud-swarm')
  t.throws(
    () => swarmSettings({ ...base, constraints: ['pubs=yes'] }),
    /"pubs=yes" is no placement constraint/,
  )
  t.throws(() => swarmSettings({ ...base, volumeOptions: ['a=b'] }), /no volume driver/)
  t.throws(() => swarmSettings({ ...base, volumeDriver: 'local', volumeOptions: ['a'] }), /write name=value/)
  t.deepEqual(
    swarmSettings({ ...base, volumeDriver: 'local', volumeOptions: ['o=addr=10.0.0.1,rw'] }).volumeDriver,
    {
      Name: 'local',
      Options: { o: 'addr=10.0.0.1,rw' },
    },
  )
  t.end()
})

tape('swarm: a run whose volume lies on a node that is away says so', (t) => {
  const nodes = (...all: SwarmNode[]) => new Map(all.map((one) => [one.ID, one]))
  const pinned = ['node.labels.pubs==yes', 'node.id==a']
  t.equal(absenceOf(pinned, nodes(node('a'))), null, 'a node that takes it')
  const unheard = node('a', { state: 'unknown' })
  t.equal(absenceOf(pinned, nodes(unheard)), null, 'one that was not heard yet')
  t.equal(absenceOf(['node.role!=manager', 'node.id!=a'], nodes()), null, 'a volume that every node can have')
  for (const [one, words] of [
    [node('a', { state: 'down' }), /host-a, where its volume lies, .*\(down\)/],
    [node('a', { availability: 'drain' }), /host-a, where its volume lies, .*\(drain\)/],
    [node('b'), /has left the swarm/],
  ] as const)
    t.match(absenceOf(pinned, nodes(one)) ?? '', words)
  t.end()
})
