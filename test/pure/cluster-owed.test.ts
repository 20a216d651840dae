// Goal: what a cluster file wanted and is not there yet is said, whoever applies it again.
import test from 'tape'
import { clusterText as clusterLines } from '../../cli/render-cluster'
import { commissioned } from '../../plugin/commission'
import { Places } from '../../plugin/schedule'
import { bob, oscar, provider } from '../helpers/story'
import { clusterStory, compared, perform, worldOf } from '../helpers/story-cluster'
import { hubSays } from '../helpers/story-hub'
import { twoHubs } from '../helpers/story-move'

test('pubs: one that is being made is owed, and made no second time; one that never came up is made again, with the reason', (t) => {
  const one = clusterStory(twoHubs())
  const { story: told } = one.one
  const text = `pubs:\n  shed:\n    owners: ["${bob}"]\n    hub: second\n`
  const word = compared(one, text).changes[0]
  if (word?.deed.kind !== 'commission') throw new Error('no commission')
  const world = worldOf(one)
  const done = commissioned(world, new Places(world), word.deed.wish, oscar)
  if (!done.ok) throw new Error(done.why)
  const pub = told.tells(provider, done.say)
  const { policy } = told
  told.policy = { ...policy, portMin: 8100, portMax: 8100 }
  const waits = compared(one, text)
  t.deepEqual(
    [waits.changes, waits.owed],
    [[], ['shed is owed and not begun: all ports for pubs are in use.']],
  )
  told.policy = policy
  told.settle()
  hubSays(told, pub, 'down', { trouble: 'unreachable', reason: 'its engine does not answer' })
  const making = compared(one, text)
  t.deepEqual([making.changes, making.held], [[], []])
  t.match(
    making.owed.join(),
    /^shed is being made on second since .*, which says: its engine does not answer\. It is up within/,
  )
  const view = { file: 'c', faults: [], digest: '', applied: null, ...making }
  t.match(clusterLines(view), /which says: .*\nnothing else to do$/s)

  hubSays(told, pub, 'failed', { trouble: 'crashing', reason: 'it crashes' })
  told.settle()
  const again = compared(one, text)
  t.deepEqual([again.held, again.owed], [[], []])
  t.match(
    again.changes[0]?.words ?? '',
    /^shed is made on second .*, again: the one of .* never came up: it crashes$/,
  )
  for (const change of again.changes) perform(one, change, text)
  t.deepEqual(compared(one, text).changes, [])
  t.end()
})
