import tape from 'tape'
import { generationOf, staleNetworkIn } from '../../hub-daemon/engines/swarm-network'

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
