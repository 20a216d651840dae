/**
 * The operator's screens as whole texts, at three sizes. Where one has changed on purpose the test prints it as it is now,
 * to be put into its file in tui-admin-screens/.
 */
import tape from 'tape'
import type { AdminModel } from '../../cli/tui/admin/model'
import { topOf } from '../../cli/tui/admin/reading'
import { viewFleet } from '../../cli/tui/admin/view'
import { screenText } from '../../cli/tui/screen'
import type { FeedId, PubId } from '../../protocol/ids'
import { demoMachines, fleetModel, pressFleet, storyFact, tellFleet } from '../helpers/fleet-world'
import { compared, type Pictures } from '../helpers/pictures'
import { NOW, pubId } from '../helpers/tui-world'
import deed from './tui-admin-screens/deed.json'
import events from './tui-admin-screens/events.json'
import fleet from './tui-admin-screens/fleet.json'
import help from './tui-admin-screens/help.json'
import hub from './tui-admin-screens/hub.json'
import machines from './tui-admin-screens/machines.json'
import mail from './tui-admin-screens/mail.json'
import money from './tui-admin-screens/money.json'
import owner from './tui-admin-screens/owner.json'
import pub from './tui-admin-screens/pub.json'
import pubs from './tui-admin-screens/pubs.json'
import verbs from './tui-admin-screens/verbs.json'

const STORIES: [name: string, pictures: Pictures, keys: string[]][] = [
  ['fleet', fleet, []],
  ['pubs', pubs, ['2', 's', 'down']],
  ['events', events, ['3', 'down', 'down']],
  ['money', money, ['4']],
  ['mail', mail, ['5']],
  ['hub', hub, ['down', 'enter']],
  ['pub', pub, ['2', 'down', 'down', 'enter', 'down', 'down']],
  ['owner', owner, ['2', 'down', 'down', 'enter', 'enter']],
  ['verbs', verbs, ['2', 'down', 'down', 'enter', 'a', 'down']],
  ['deed', deed, ['a', 'enter']],
  ['help', help, ['?']],
]

/** With the story, where a screen has asked for one. */
function shown(size: { width: number; height: number }, keys: string[]): AdminModel {
  const pressed = pressFleet(fleetModel(size), ...keys)
  const stories = pressed.effects.flatMap((one) => (one.kind === 'audit' ? [one.about] : []))
  const facts = stories.map((about) => storyFact(about as FeedId | PubId, pubId('club')))
  return tellFleet(pressed, NOW, ...facts).model
}

tape(
  'admin tui view: servers that are rented stand under the hubs, with what they cost and wait for',
  (t) => {
    const rented = (size: { width: number; height: number }) =>
      tellFleet(pressFleet(fleetModel(size)), NOW, {
        ...{ kind: 'machines', value: demoMachines(), at: NOW - 3_000 },
      }).model
    const downs = (count: number) => Array.from({ length: count }, () => 'down')
    compared(t, 'machines', machines, (size) =>
      screenText(viewFleet(pressFleet(rented(size), ...downs(4)).model)),
    )
    const small = rented({ width: 80, height: 24 })
    const opened = pressFleet(small, ...downs(3), 'enter').model
    t.equal(topOf(opened).kind, 'hub', 'one that has joined opens its hub')
    t.match(screenText(viewFleet(pressFleet(opened, 'a').model)), /give the rented server back/)
    t.equal(
      topOf(pressFleet(small, ...downs(5), 'enter').model).kind,
      'home',
      'one that has not opens nothing',
    )
    t.end()
  },
)

for (const [name, pictures, keys] of STORIES)
  tape(`admin tui view: ${name}`, (t) => {
    compared(t, name, pictures, (size) => screenText(viewFleet(shown(size, keys))))
    t.end()
  })

tape('admin tui view: without UTF-8 all is ASCII, and stands where it stood', (t) => {
  for (const [name, , keys] of STORIES) {
    const model = shown({ width: 80, height: 24 }, keys)
    const plain = screenText(viewFleet({ ...model, unicode: false }))
    t.ok(/^[\x20-\x7e\n]*$/.test(plain), `${name} is ASCII`)
    const lettersAt = (text: string): number[] => text.split('\n').map((row) => row.search(/[a-z]/i))
    t.deepEqual(lettersAt(plain), lettersAt(screenText(viewFleet(model))), `${name} has its columns`)
  }
  t.end()
})

tape('admin tui view: before anything is known it says so, and that nobody answers', (t) => {
  const model = fleetModel()
  const empty = {
    ...model,
    fleet: { ...model.fleet, capacity: null, pubs: null, incidents: null, money: null },
  }
  const bare = { ...empty, fleet: { ...empty.fleet, mail: null, grants: null, bridges: null } }
  t.match(screenText(viewFleet(bare)), /Being asked for/)
  t.notOk(/0 hubs/.test(screenText(viewFleet(bare))), 'what is not known is not counted')
  const why = 'there is no provider in /srv/nowhere; say where it is with --path'
  const away = { ...bare, connection: { state: 'away' as const, since: NOW, why } }
  const text = screenText(viewFleet(away))
  t.match(text, /○ out of reach/)
  t.match(text, /Not known yet: the provider does not answer/)
  t.match(text, /There is no provider in \/srv\/nowhere; say where it is with --path\./)
  t.end()
})
