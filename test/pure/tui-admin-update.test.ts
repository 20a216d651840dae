/** Stories at the operator's terminal: what is seen, found, opened and copied, and that nothing is done unasked. */
import tape from 'tape'
import type { AdminEffect } from '../../cli/tui/admin/message'
import { type AdminModel, firstAdminModel } from '../../cli/tui/admin/model'
import { topOf } from '../../cli/tui/admin/reading'
import { viewFleet } from '../../cli/tui/admin/view'
import { hitAt, rowText, screenText } from '../../cli/tui/screen'
import {
  BOB,
  demoCapacity,
  demoLooks,
  demoMoney,
  demoPubs,
  fleetModel,
  fleetPub,
  pressFleet,
  storyFact,
  tellFleet,
  thenFleet,
} from '../helpers/fleet-world'
import { NOW, pubId } from '../helpers/tui-world'

const shows = (model: AdminModel): string => screenText(viewFleet(model))
const copies = (effects: AdminEffect[]): string[] =>
  effects.flatMap((one) => (one.kind === 'copy' ? [one.text] : []))
const chosenRow = (model: AdminModel): string =>
  viewFleet(model)
    .rows.map(rowText)
    .find((row) => row.includes('▸')) ?? ''

tape('admin tui: a hub goes away and comes back, and both are seen as they happen', (t) => {
  let now = { model: fleetModel(), effects: [] as AdminEffect[] }
  const away = demoCapacity()
  const [first] = away.hubs
  if (first !== undefined) Object.assign(first, { connected: false, awaySince: NOW + 1_000 })
  now = tellFleet(now, NOW + 5_000, { kind: 'capacity', value: away, at: NOW + 5_000 })
  t.match(shows(now.model), /hub-1 +away, just now/)
  t.match(shows(pressFleet(now.model, '3').model), /just now +hub-1 +the hub is away/)
  t.match(shows(now.model), /8 wait for you/)
  now = tellFleet(now, NOW + 90_000, { kind: 'capacity', value: demoCapacity(), at: NOW + 90_000 })
  const events = shows(pressFleet(now.model, '3').model)
  t.match(events, /just now +hub-1 +the hub is connected again[\s\S]*1 min ago +hub-1 +the hub is away/)
  t.end()
})

tape(
  'admin tui: requests of owners show as what they change; what was there at the start is no news',
  (t) => {
    const before = { model: fleetModel({ width: 120, height: 40 }), effects: [] as AdminEffect[] }
    t.equal(before.model.seen.length, 0, 'the first look is where it begins')
    const pubs = demoPubs().map((pub) =>
      pub.name === 'garden'
        ? { ...pub, desired: 'down' as const, plan: 'personal', invites: { issued: 4, used: 2 } }
        : pub.name === 'shed'
          ? { ...pub, suspended: false, phase: 'up' as const }
          : pub,
    )
    pubs.push(fleetPub('barn', 'spare', { createdAt: NOW + 4_000 }))
    const money = demoMoney()
    money.pubs = money.pubs.map((one) => (one.name === 'shed' ? { ...one, right: 'paid', dues: null } : one))
    const now = tellFleet(
      before,
      NOW + 5_000,
      { kind: 'pubs', value: pubs, at: NOW + 5_000 },
      { kind: 'money', value: money, at: NOW + 5_000 },
    )
    const text = shows(pressFleet(now.model, '3').model)
    for (const line of [
      /garden +shall stop/,
      /garden +has the plan personal now/,
      /garden +an invite was made/,
      /garden +somebody has come by an invite/,
      /shed +is up/,
      /shed +is suspended no more/,
      /shed +is paid for again/,
      /barn +was asked for by/,
    ])
      t.match(text, line)
    t.end()
  },
)

tape('admin tui: pubs are found by words and sorted by what is wrong', (t) => {
  const typing = pressFleet(fleetModel(), '/', '"bob"')
  t.match(shows(typing.model), /No pub is like that/, 'a q or an a in the filter is a letter')
  const owner = pressFleet(fleetModel(), '/', `"${BOB.slice(1, 7)}"`, 'enter')
  t.match(shows(owner.model), /2 of 5 pubs, only “/)
  t.match(shows(owner.model), /club[\s\S]*garden/)
  t.match(shows(pressFleet(owner.model, 'escape').model), /5 pubs\n/)
  for (const [word, found] of [
    ['down', ['attic', 'club', 'shed']],
    ['suspended', ['shed']],
    ['unpaid', ['club', 'shed']],
    ['incident', ['alice', 'club']],
    ['trouble', ['club']],
    ['garage', ['club']],
    ['personal up', ['alice']],
  ] as const) {
    const text = shows(pressFleet(fleetModel(), '/', `"${word}"`, 'enter').model)
    const names = ['alice', 'attic', 'club', 'garden', 'shed'].filter((name) =>
      new RegExp(`\\n +(▸ )?${name} `).test(text),
    )
    t.deepEqual(names, found, word)
  }
  const sorted = pressFleet(fleetModel(), '2', 's')
  t.match(shows(sorted.model), /5 pubs, by trouble/)
  t.match(chosenRow(sorted.model), /club/, 'what is not as wanted comes first')
  t.notOk(/old-one/.test(shows(sorted.model)))
  t.match(shows(pressFleet(sorted.model, 'e').model), /6 pubs, by trouble, with those that have ended/)
  t.end()
})

tape('admin tui: from a hub to its pub, its story and its owner, and back', (t) => {
  const hub = pressFleet(fleetModel(), 'enter')
  t.match(shows(hub.model), /hub +› +garage[\s\S]*2\.5 GB of 8\.0 GB reserved[\s\S]*▸ club/)
  const pub = pressFleet(hub.model, 'enter')
  t.deepEqual(pub.effects, [{ kind: 'audit', about: pubId('club') }], 'its story is asked for, once')
  t.match(shows(pub.model), /The story|owner +@/)
  const told = tellFleet(pub, NOW, storyFact(pubId('club'), pubId('club')))
  t.match(shows(told.model), /the story, newest first\n +12 min ago +hub happened/)
  const entry = pressFleet(told.model, 'down', 'down', 'down')
  t.match(shows(entry.model), /▸ 49 min ago[\s\S]*%[A-Za-z0-9+/]{43}=\.sha256\n +follows from %/)
  t.match(copies(pressFleet(entry.model, 'y').effects)[0] ?? '', /^%.*\.sha256$/, 'y copies the message key')
  const owner = pressFleet(told.model, 'home', 'enter')
  t.deepEqual(owner.effects, [{ kind: 'audit', about: BOB }])
  t.match(shows(owner.model), /2 pubs +1 not paid for +all of them are given/)
  t.deepEqual(topOf(pressFleet(owner.model, 'escape', 'escape', 'escape').model).kind, 'home')
  const refused = tellFleet(owner, NOW, { kind: 'no-audit', about: BOB, problem: 'It could not be read.' })
  t.match(shows(refused.model), /It could not be read/)
  t.end()
})

tape('admin tui: an invite is made only when it was confirmed, and its code is shown once', (t) => {
  const asks = pressFleet(fleetModel(), 'a', 'enter')
  t.match(shows(asks.model), /This is done at the provider:\s+│\s+│ {3}buttcloud admin invite --uses 1/)
  t.deepEqual(pressFleet(asks.model, 'enter', 'n').effects, [], 'not by Enter, and not by n')
  const waits = pressFleet(asks.model, 'y', 'y', 'escape', 'q')
  t.deepEqual(waits.effects, [{ kind: 'do', deed: { kind: 'invite' } }], 'once')
  const secret = 'pubs.example.org:8010:@key=.ed25519~seed='
  const text = 'Give this to the one person whom it is for.'
  const done = tellFleet(waits, NOW, { kind: 'deed', ok: true, text, secret })
  t.match(shows(done.model), /pubs\.example\.org:8010:@key=\.ed25519~seed=/)
  t.deepEqual(copies(pressFleet(done.model, 'y').effects), [secret])
  const closed = pressFleet(done.model, 'escape')
  t.notOk(JSON.stringify(closed.model).includes('seed='), 'and is kept nowhere')
  const away = tellFleet(asks, NOW, {
    kind: 'connection',
    connection: { state: 'away', since: NOW, why: 'the provider has gone' },
  })
  const tried = pressFleet(away.model, 'y')
  t.deepEqual(tried.effects, [])
  t.match(shows(tried.model), /The provider is out of reach/)
  const failed = tellFleet(waits, NOW, { kind: 'deed', ok: false, text: 'It was not done.', secret: null })
  t.match(shows(failed.model), /It was not done/)
  const late = tellFleet(closed, NOW, { kind: 'deed', ok: true, text, secret })
  t.equal(late.model.dialog, null, 'what nobody waits for opens nothing')
  t.end()
})

tape('admin tui: what is not safe is copied to be typed, with the folder where it is another one', (t) => {
  const verbs = pressFleet(fleetModel(), '2', 'down', 'down', 'enter', 'a', 'down')
  t.match(shows(verbs.model), /▸ give it: it needs no payment +copied/)
  const copied = pressFleet(verbs.model, 'enter')
  t.deepEqual(copies(copied.effects), ['buttcloud admin grant club'])
  t.match(shows(copied.model), /Copied, where your terminal allows it: buttcloud admin grant club/)
  const owner = pressFleet(verbs.model, 'escape', 'enter', 'a', 'down', 'enter')
  t.deepEqual(
    copies(owner.effects),
    [`buttcloud admin grant '${BOB}' --take-back`],
    'what was given is ended',
  )
  const first = firstAdminModel({
    ...{ now: NOW, size: { width: 80, height: 24 }, unicode: true },
    path: "/srv/bob's own",
  })
  const { model } = tellFleet({ model: first, effects: [] }, NOW, ...demoLooks())
  const waiting = pressFleet(model, 'down', 'down', 'down', 'down', 'down', 'down', 'y')
  t.deepEqual(copies(waiting.effects), [`buttcloud admin --path '/srv/bob'\\''s own' permit suspensions 3`])
  t.end()
})

tape(
  'admin tui: the picture stays when the provider goes, with its age, and the row that was chosen',
  (t) => {
    const chosen = pressFleet(fleetModel(), '2', 'down', 'down')
    let now = tellFleet(chosen, NOW + 1_000, {
      kind: 'connection',
      connection: { state: 'away', since: NOW + 1_000, why: 'the provider has gone; it is tried again' },
    })
    now = thenFleet(now, { kind: 'tick', now: NOW + 300_000 })
    t.match(shows(now.model), /○ out of reach, as it was 5 min ago/)
    t.match(shows(now.model), /5 pubs +as it was 5 min ago/)
    t.match(shows(now.model), /The provider has gone; it is tried again\./)
    t.match(chosenRow(now.model), /club/)
    const pubs = [fleetPub('aaa', 'hub-1'), ...demoPubs()]
    const back = tellFleet(
      now,
      NOW + 301_000,
      { kind: 'connection', connection: { state: 'live' } },
      { kind: 'pubs', value: pubs, at: NOW + 301_000 },
    )
    t.match(chosenRow(back.model), /club/, 'a new one above it moves nothing under the cursor')
    t.notOk(/out of reach/.test(shows(back.model)))
    const fewer = tellFleet(back, NOW + 302_000, { kind: 'pubs', value: [], at: NOW + 302_000 })
    t.match(shows(fewer.model), /There are no pubs yet/)
    t.end()
  },
)

tape('admin tui: the mouse chooses, opens and presses; ctrl-c and q quit', (t) => {
  const { model } = pressFleet(fleetModel(), '2')
  const y = viewFleet(model)
    .rows.map(rowText)
    .findIndex((row) => row.includes('garden'))
  t.deepEqual(hitAt(viewFleet(model), 10, y), { kind: 'select', index: 3 })
  const click = { kind: 'mouse' as const, deed: 'press' as const, x: 10, y, now: NOW }
  const once = thenFleet({ model, effects: [] }, click)
  t.match(chosenRow(once.model), /garden/)
  t.deepEqual(topOf(thenFleet(once, click).model), { kind: 'pub', pub: pubId('garden'), selected: 0 })
  t.match(chosenRow(thenFleet(once, { ...click, deed: 'wheel-down' }).model), /shed/)
  t.deepEqual(pressFleet(model, 'q').effects, [{ kind: 'quit' }])
  t.deepEqual(pressFleet(model, '/', 'ctrl-c').effects, [{ kind: 'quit' }])
  t.deepEqual(pressFleet(model, 'r').effects, [{ kind: 'look' }])
  t.deepEqual(pressFleet(model, '5', 't', 'y').effects, [{ kind: 'do', deed: { kind: 'mail-test' } }])
  t.end()
})

tape('admin tui: a hub’s lease, what is stuck there, and what can be done about it', (t) => {
  const capacity = demoCapacity()
  const lease = { leftMs: 0, silentMs: 12 * 60_000, heard: true }
  const garage = capacity.hubs.find(({ label }) => label === 'garage')
  if (garage !== undefined) Object.assign(garage, { lease, stuck: 1 })
  const pubs = demoPubs().map((one) =>
    one.name === 'club' ? { ...one, stuck: 'no other server has room: say `buttcloud admin hubs`' } : one,
  )
  const { model } = tellFleet(
    { model: fleetModel({ width: 200, height: 60 }), effects: [] },
    NOW + 5_000,
    { kind: 'capacity', value: capacity, at: NOW + 5_000 },
    { kind: 'pubs', value: pubs, at: NOW + 5_000 },
  )
  t.match(shows(model), /club should be on another hub: no other server has room: say buttcloud admin hubs\./)
  const hub = pressFleet(model, 'enter').model
  t.match(shows(hub), /lease +silent 12 min.* 1 of its pubs should be elsewhere/)
  const verbs = shows(pressFleet(hub, 'a').model)
  t.match(verbs, /let it take no new pubs[\s\S]*move its pubs elsewhere/)
  t.notOk(/part with it|take pubs again/.test(verbs), 'what makes no sense there is not offered')
  t.end()
})
