/** Goal: a monitor sees leases, moves and what is stuck, on the provider, and on a hub its own lease. */
import test from 'tape'
import { LeaseWatch } from '../../hub-daemon/io/lease-watch'
import { type Around, providerSamples } from '../../plugin/metrics'
import type { Sample } from '../../protocol/metrics'
import { hub, provider, type Story } from '../helpers/story'
import { recordOf } from '../helpers/story-change'
import { hubSays } from '../helpers/story-hub'
import { SECOND, twoHubs } from '../helpers/story-move'

const around = (story: Story, more: Partial<Around> = {}): Around => ({
  ...{ connected: story.connected, goneSince: story.goneSince, since: story.now, writing: true },
  ...{ mailWaiting: null, callsOwed: 0, ...more },
})

function figures(samples: Sample[]): Record<string, number> {
  const shown = ({ name, labels = {} }: Sample) => [name, ...Object.values(labels)].join(' ')
  return Object.fromEntries(samples.map((sample) => [shown(sample), sample.value]))
}

test('metrics: leases, and pubs on their way', (t) => {
  const one = twoHubs()
  const { story } = one
  const { pub, epoch } = recordOf(one)
  const silence = new Map([
    [hub, 20_000],
    [SECOND, 90_000],
  ])
  const stuck = [{ pub, name: 'alice', hub, why: 'no room', storm: null }]
  const known = (more?: Partial<Around>) =>
    figures(providerSamples(story, around(story, { moving: { silence }, ...more })))
  const before = known()
  t.equal(before.buttcloud_hub_silence_seconds_max, 20, 'an empty hub has nothing to lose')
  t.equal(before.buttcloud_hub_lease_left_seconds_min, 28)
  t.deepEqual(
    [before.buttcloud_pubs_stuck, before.buttcloud_pubs_on_the_way, before.buttcloud_storm],
    [0, 0, 0],
  )
  t.equal(known({ stuck }).buttcloud_pubs_stuck, 1)
  t.equal(
    known({ stuck: stuck.map((each) => ({ ...each, storm: { silent: 2, of: 2 } })) }).buttcloud_storm,
    1,
  )
  const moved = { from: hub, why: 'asked', by: provider }
  story.tells(provider, { ...recordOf(one), hub: SECOND, epoch: epoch + 1, moved })
  story.tells(provider, { ...recordOf(one), restarts: 1 })
  story.settle()
  const after = known()
  t.equal(after['buttcloud_moves_total asked'], 1, 'a later record of the same place is no move')
  t.deepEqual([after.buttcloud_pubs_on_the_way, after.buttcloud_hub_lease_left_seconds_min], [1, 0])
  hubSays(story, one.pub, 'up')
  t.equal(known().buttcloud_pubs_on_the_way, 0)
  t.end()
})

test('a hub says once that its lease is out, and once that it has one again', async (t) => {
  const said: string[] = []
  let wake = (): void => {}
  const out = new Promise<void>((resolve) => {
    wake = resolve
  })
  const watch = new LeaseWatch({
    info: (_: object, fact: string) => void said.push(fact),
    warn: (_: object, fact: string) => {
      said.push(fact)
      wake()
    },
  })
  // What it waits with keeps no process alive, this one neither.
  const alive = setInterval(() => {}, 1_000)
  watch.renewed(null)
  watch.renewed(3_600_000)
  watch.renewed(5)
  await out
  watch.renewed(3_600_000)
  watch.renewed(3_600_000)
  t.deepEqual(said, [
    'the lease is out: the provider may place the pubs of this hub elsewhere',
    'the lease is renewed',
  ])
  watch.stop()
  clearInterval(alive)
  t.end()
})
