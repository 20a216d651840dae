/** Goal: a hub that claims absurd figures is seen, and breaks no reckoning. */
import test from 'tape'
import { outsized } from '../../plugin/outsized'
import { Places } from '../../plugin/schedule'
import { HUB_DISK_COUNTED_MAX_BYTES, HUB_MEMORY_COUNTED_MAX_BYTES } from '../../protocol/limits-placing'
import { buildCapacity } from '../../protocol/messages/capacity'
import { B, C, Fleet, statusOf } from '../helpers/fleet-story'
import { hub } from '../helpers/story'

const GIB = 1024 ** 3

test('a hub that offers far more than any other is named, until it does not or takes no pubs', (t) => {
  const fleet = new Fleet([hub, B, C])
  const { story } = fleet
  t.equal(outsized(story.state, story.policy.placing), null, 'all alike')
  story.offers(31 * GIB, C)
  t.equal(outsized(story.state, story.policy.placing), null, 'a larger server is a larger server')
  story.offers(400 * GIB, C)
  t.match(
    outsized(story.state, story.policy.placing) ?? '',
    /^hub-3 offers 400 GB of memory, the next one 4\.0 GB: it gets all new pubs.*admin cordon hub-3`$/,
  )
  t.equal(outsized(story.state, { ...story.policy.placing, hubs: 'pack' }), null, 'it is used last')
  statusOf(fleet, C, 'cordoned')
  t.equal(outsized(story.state, story.policy.placing), null)
  t.equal(outsized(new Fleet([hub]).story.state, story.policy.placing), null, 'the only one is the largest')
  t.end()
})

test('what no server has is not counted', (t) => {
  const { story } = new Fleet([hub])
  const fields = { engine: 'process' as const, host: 'pubs.example', version: '1' }
  const most = Number.MAX_SAFE_INTEGER
  story.tells(hub, buildCapacity({ memoryBytes: most, diskBytes: most, ...fields }))
  const room = new Places(story).roomOn(hub)
  t.equal(room?.memoryBytes, HUB_MEMORY_COUNTED_MAX_BYTES)
  t.equal(room?.diskBytes, HUB_DISK_COUNTED_MAX_BYTES * story.policy.placing.diskPromisedTimes)
  t.end()
})
