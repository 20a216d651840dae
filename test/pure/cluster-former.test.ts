// Goal: names that retired hubs have left are free in a cluster file, however many had them.
import test from 'tape'
import { readMachineSettings } from '../../plugin/machine-settings'
import { buildHub } from '../../protocol/messages/hub'
import { feed, provider } from '../helpers/story'
import { apply, clusterStory, heldOf } from '../helpers/story-cluster'
import { twoHubs } from '../helpers/story-move'

const ALL = 'hubs:\n  hub-1:\n  second:\n'

test('several retired hubs of one name do not keep a new one from having it', (t) => {
  const one = clusterStory(twoHubs())
  const { story } = one.one
  const machines = readMachineSettings({ driver: 'openstack', max: 3 })
  story.policy = { ...story.policy, machines }
  for (const hub of [feed('older'), feed('oldest')])
    story.tells(provider, buildHub({ hub, status: 'retired', label: 'shed-2', token: null }))
  const file = `${ALL}  shed-2:\n    status: admitted\n    machine: {}\n`
  t.deepEqual(heldOf(one, file), [])
  t.equal(apply(one, file), 1)
  t.deepEqual(
    [...story.state.provider.machines.all.values()].map(({ content }) => content.label),
    ['shed-2'],
  )
  t.match(heldOf(one, `${ALL}  shed-2:\n    status: retired\n`).join(), /several hubs are called/)
  t.end()
})
