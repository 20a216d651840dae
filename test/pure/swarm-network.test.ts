import tape from 'tape'
import {
  generationOf,
  generationsIn,
  nextGeneration,
  staleNetworkIn,
} from '../../hub-daemon/engines/swarm-network'

tape('swarm: a network that a node remembers by half is known by the node’s words', (t) => {
  const said = new Error('could not start bc-1: network ebwl0an5ujm82elbh79qc611n exists')
  t.equal(staleNetworkIn(said), 'ebwl0an5ujm82elbh79qc611n')
  for (const other of [
    'could not start bc-1: network x with name y already exists',
    'could not start bc-1: configuration network "a" does not exist',
    'there is a service of that name',
  ])
    t.equal(staleNetworkIn(new Error(other)), null, other)
  t.end()
})

tape('swarm: networks that came in the place of others are told from those of somebody else', (t) => {
  const base = 'buttcloud-swarm'
  const cases: [string, number][] = [
    ['buttcloud-swarm', 1],
    ['buttcloud-swarm-2', 2],
    ['buttcloud-swarm-31', 31],
    ['buttcloud-swarm-settings', 0],
    ['buttcloud-swarm-02', 0],
    ['buttcloud-swarms-2', 0],
    ['my-buttcloud-swarm', 0],
  ]
  for (const [name, number] of cases) t.equal(generationOf(name, base), number, name)
  t.end()
})

tape('swarm: a stranger’s network that is called alike is neither used nor counted as one of ours', (t) => {
  const base = 'buttcloud-swarm'
  const ConfigFrom = { Network: `${base}-settings` }
  const ours = (Name: string) => ({ Name, Driver: 'bridge', Scope: 'swarm', ConfigFrom })
  const strangers = [
    { Name: `${base}-3`, Driver: 'overlay', Scope: 'swarm', ConfigFrom: { Network: '' } },
    { ...ours(`${base}-4`), Scope: 'local' },
    { ...ours(`${base}-5`), ConfigFrom: { Network: 'other-settings' } },
  ]
  const all = [...strangers, ours(base), ours(`${base}-2`), ours(`${base}-settings-2`)]
  const found = generationsIn(all, base).map(({ Name }) => Name)
  t.deepEqual(found, [`${base}-2`, base], 'newest first')
  const names = all.map(({ Name }) => Name)
  t.equal(nextGeneration(names, base, `${base}-2`), `${base}-6`, 'the next one has a name of its own')
  t.equal(nextGeneration([base, `${base}-999999`], base, base), `${base}-2`, 'the first that is free')
  t.deepEqual(generationsIn([{ ...ours(base), ConfigFrom: undefined }], base), [], 'one without settings')
  t.end()
})
