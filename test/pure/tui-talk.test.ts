/** The conversation and the first run, as whole screens and as stories of keys. */
import tape from 'tape'
import type { Letter } from '../../cli/letters'
import type { Fact } from '../../cli/tui/message'
import type { Model } from '../../cli/tui/model'
import { NEW_CONVERSATION } from '../../cli/tui/model-conversation'
import { firstModel } from '../../cli/tui/model-first'
import { screenText } from '../../cli/tui/screen'
import { pushed, type Updated } from '../../cli/tui/updated'
import { view } from '../../cli/tui/view'
import {
  answer,
  CODE,
  demoModel,
  messageKey,
  NOW,
  OWNER,
  PROVIDER,
  press,
  pubId,
  then,
} from '../helpers/tui-world'

const MINUTE_MS = 60_000

function own(name: string, text: string, minutesAgo: number): Letter {
  return {
    ...{ key: messageKey(name), author: OWNER, sequence: 1, claimedAt: NOW - minutesAgo * MINUTE_MS, text },
    ...{ root: null, branch: [], recps: [OWNER, PROVIDER], payload: null },
  }
}

function theirs(request: string, text: string, minutesAgo: number): Letter {
  const letter = answer(request, 'done', text)
  return { ...letter, claimedAt: NOW - minutesAgo * MINUTE_MS, branch: [messageKey(request)] }
}

function talk(size = { width: 80, height: 24 }): Model {
  const letters = [
    own('one', 'please could you restart alice?', 12),
    theirs('one', '[@owner](@x) **alice** is up again after 1.2 s.', 11),
    own('two', 'list', 3),
    theirs('two', 'Your pubs:\n\n* **alice** is up, `alice.example.org:8008`\n* **club** is up', 2),
    own('three', 'status shed', 1),
  ]
  const model = pushed(demoModel(size), NEW_CONVERSATION)
  return then({ model, effects: [] }, { kind: 'facts', facts: [{ kind: 'letters', letters }], now: NOW })
    .model
}

const shown = (model: Model): string => screenText(view(model))
const facts = (before: Updated, ...list: Fact[]): Updated =>
  then(before, { kind: 'facts', facts: list, now: before.model.now })
const kinds = ({ effects }: Updated): string[] => effects.map(({ kind }) => kind)
const said = ({ effects }: Updated) => effects.find((effect) => effect.kind === 'say')

tape('tui conversation: as in a client, with what has become of one’s own words', (t) => {
  const body = shown(talk({ width: 80, height: 26 }))
    .split('\n')
    .slice(1, 22)
    .join('\n')
  t.equal(
    body,
    [
      '',
      '  you  12 min ago',
      '    please could you restart alice?',
      '',
      '  example.org  11 min ago',
      '    @owner alice is up again after 1.2 s.',
      '',
      '  you  3 min ago',
      '    list',
      '',
      '  example.org  2 min ago',
      '    Your pubs:',
      '',
      '    • alice is up, alice.example.org:8008',
      '    • club is up',
      '',
      '  you  1 min ago  no answer yet',
      '    status shed',
      '',
      `  ${'─'.repeat(76)}`,
      '  >',
    ].join('\n'),
  )
  t.end()
})

tape('tui conversation: at every size the newest letter and the line are there', (t) => {
  for (const size of [
    { width: 80, height: 24 },
    { width: 120, height: 36 },
    { width: 200, height: 60 },
  ]) {
    const text = shown(talk(size))
    t.match(text, /status shed/)
    t.match(text, /\n {2}>/)
    t.equal(text.split('\n').length, size.height)
    const older = press(talk(size), 'pageup', 'pageup', 'pageup').model
    t.match(shown(older), /please could you restart alice/, 'the beginning is reached')
    const back = press(older, 'pagedown', 'pagedown', 'pagedown').model
    t.match(shown(back), /status shed/, 'and the end again')
  }
  t.end()
})

tape('tui conversation: a sentence is read before it is sent, and sent as it was typed', (t) => {
  const typing = press(talk(), '"please stop shed"')
  t.match(shown(typing.model), /reads as: stop shed/)
  const sent = press(typing.model, 'enter')
  t.deepEqual(said(sent), { kind: 'say', request: 1, text: 'please stop shed', thread: 'newest' })
  t.deepEqual(kinds(sent), ['say', 'typed'])
  t.match(shown(sent.model), /you {2}being written\n {4}please stop shed/)
  const written = facts(sent, {
    ...{ kind: 'request', request: 1 },
    progress: { state: 'written', key: messageKey('four'), sequence: 4 },
  })
  const away = facts(written, {
    kind: 'connection',
    connection: { state: 'away', since: NOW, why: 'no route' },
  })
  const there = facts(away, { kind: 'letters', letters: [own('four', 'please stop shed', 0)] })
  t.match(shown(there.model), /you {2}just now {2}waits for the provider\n {4}please stop shed/)
  t.match(shown(there.model), /Out of reach: what you write waits on your feed and is answered later/)
  const done = facts(there, { kind: 'letters', letters: [theirs('four', 'shed is stopped.', 0)] })
  t.match(shown(done.model), /you {2}just now\n {4}please stop shed/, 'answered: nothing more is said of it')
  t.end()
})

tape('tui conversation: what is not clear is asked about before it is sent', (t) => {
  const doubted = press(talk(), '"stop it from raining"', 'enter')
  t.equal(said(doubted), undefined, 'nothing is sent yet')
  t.match(
    shown(doubted.model),
    /will not be sure what this means\.\n {2}1 help stop {3}2 .*enter sends it as it is/,
  )
  const all = press(doubted.model, 'enter')
  t.equal(said(all)?.text, 'stop it from raining', 'a second Enter sends it as it is')
  const chosen = press(doubted.model, '1', 'enter')
  t.notEqual(said(chosen)?.text, 'stop it from raining', 'a digit takes a reading instead')
  t.ok(said(chosen) !== undefined)
  const wrong = press(talk(), '"create -x-"', 'enter')
  t.match(shown(wrong.model), /hyphen/)
  t.equal(said(press(wrong.model, 'escape', 'backspace')), undefined)
  t.end()
})

tape('tui conversation: Tab completes, the arrows bring back what was typed', (t) => {
  const line = (updated: Updated): string => {
    const top = updated.model.screens.at(-1)
    return top?.kind === 'conversation' ? top.input.text : ''
  }
  t.equal(line(press(talk(), '"resta"', 'tab')), 'restart ')
  const offered = press(talk(), '"status "', 'tab')
  t.match(shown(offered.model), /alice {2}club {2}shed/)
  t.equal(line(press(offered.model, 'tab', 'tab')), 'status club')
  t.equal(line(press(offered.model, 'shift-tab')), 'status shed')
  t.match(shown(press(talk(), '"hello there "', 'tab').model), /Nothing to choose from here/)
  const remembered = facts({ model: talk(), effects: [] }, { kind: 'history', lines: ['list', 'help'] })
  const up = press(remembered.model, '"half"', 'up')
  t.equal(line(up), 'help')
  t.equal(line(press(up.model, 'up', 'up')), 'list', 'the first one stays')
  t.equal(line(press(up.model, 'up', 'down', 'down')), 'half', 'and what was begun is there again')
  const again = press(up.model, 'enter')
  t.equal(said(again)?.text, 'help')
  t.equal(line(press(again.model, 'up')), 'help')
  t.end()
})

tape('tui conversation: an address goes to the provider without a message', (t) => {
  const sent = press(talk(), '"email alice@example.org"', 'enter')
  t.deepEqual(sent.effects, [{ kind: 'email', set: { address: 'alice@example.org', code: null } }])
  t.deepEqual(sent.model.typed, [], 'and is kept nowhere')
  const told = facts(sent, { kind: 'mail', text: 'A code was sent there.' })
  t.match(shown(told.model), /A code was sent there/)
  t.end()
})

tape('tui conversation: a yes goes to the question that is open, and to nothing else', (t) => {
  const none = press(talk(), '"yes"', 'enter')
  t.equal(said(none), undefined)
  t.match(shown(none.model), /no open question/)
  const question = {
    ...{ kind: 'delete' as const, pub: pubId('shed'), asked: [OWNER], expiresAt: NOW + MINUTE_MS },
  }
  const asked = answer('five', 'asked', 'Shall **shed** be deleted?', { question })
  const model = facts({ model: talk(), effects: [] }, { kind: 'letters', letters: [asked] }).model
  const typing = press(model, '"yes"')
  t.match(shown(typing.model), /answers: Shall shed be deleted\?/)
  t.equal(said(press(typing.model, 'enter'))?.thread, asked.key)
  t.end()
})

// ---- the first run ------------------------------------------------------------------------------------------------

const START: Updated = {
  model: firstModel({ now: NOW, size: { width: 80, height: 24 }, unicode: true }),
  effects: [],
}
const identity = (joined: boolean): Fact => ({
  ...{ kind: 'identity', owner: OWNER },
  provider: joined ? { id: PROVIDER, name: 'example.org', address: 'net:example.org:8008~shs:x' } : null,
})
const PLANS: Fact = {
  ...{ kind: 'plans', at: NOW },
  plans: [
    { name: 'tiny', words: 'costs nothing; 192 MB memory, 1.0 GB disk. for yourself' },
    { name: 'personal', words: '$7 a month, the first 14 days free; 512 MB memory, 10 GB disk. for friends' },
  ],
}

tape('tui first run: who has joined nobody is asked for an invite', (t) => {
  t.doesNotMatch(shown(START.model), /Welcome/, 'before anything is known nobody is welcomed')
  const first = facts(START, identity(false))
  t.match(shown(first.model), /Welcome\. .*[\s\S]*The provider's invite\n {2}> *\n[\s\S]*buttcloud up/)
  const wrong = press(first.model, '"hello"', 'enter')
  t.match(shown(wrong.model), /That is no invite/)
  t.match(shown(press(first.model, 'enter').model), /Paste the invite first/)
  const local = facts(first, { kind: 'local', there: true })
  t.deepEqual(press(local.model, 'enter').effects, [{ kind: 'join', invite: 'local' }])
  const paste = then(first, { kind: 'key', key: { ...NO_KEY, text: CODE }, now: NOW })
  const joining = press(paste.model, 'enter')
  t.deepEqual(joining.effects, [{ kind: 'join', invite: CODE }])
  t.match(shown(joining.model), /Joining …/)
  const failed = facts(joining, { kind: 'join-failed', problem: 'the invite is used up' })
  t.match(shown(failed.model), /the invite is used up/, 'and it can be tried again')
  t.match(shown(failed.model), new RegExp(`> .*${CODE.slice(-20).replace(/[+/.=]/g, '.')}`))
  t.end()
})

const NO_KEY = { name: 'text', ctrl: false, meta: false, shift: false, text: '' }

function joined(): Updated {
  const paste = then(facts(START, identity(false)), { kind: 'key', key: { ...NO_KEY, text: CODE }, now: NOW })
  return facts(press(paste.model, 'enter'), identity(true), { kind: 'joined' }, PLANS)
}

tape('tui first run: a name, a plan with its price, and the message that is sent', (t) => {
  const pub = joined()
  t.match(shown(pub.model), /Its name[\s\S]*› tiny[\s\S]*costs nothing[\s\S]*personal[\s\S]*\$7 a month/)
  t.match(shown(press(pub.model, 'enter').model), /Give it a name first/)
  t.match(shown(press(pub.model, '"my"').model), /can't be called `my`/)
  const named = press(pub.model, '"garden"', 'down')
  t.match(shown(named.model), /sends: create garden personal/)
  const sent = press(named.model, 'enter')
  t.deepEqual(said(sent), { kind: 'say', request: 1, text: 'create garden personal', thread: 'new' })
  t.match(shown(sent.model), /being written/)
  t.equal(press(pub.model, 'escape').model.screens.at(-1)?.kind, 'dashboard', 'or later')
  t.end()
})

function making(): Updated {
  const sent = press(joined().model, '"garden"', 'enter')
  const progress = { state: 'written' as const, key: messageKey('create'), sequence: 2 }
  return facts(sent, { kind: 'request', request: 1, progress })
}

tape('tui first run: the link to pay by comes by itself, and at the end the invite', (t) => {
  const link = 'https://pay.example.org/c/1'
  const received = answer('create', 'received', `I am on it. To pay:\n\n${link}`)
  const paying = facts(making(), { kind: 'letters', letters: [received] })
  t.ok(paying.effects.some((effect) => effect.kind === 'picture' && effect.code === link))
  t.match(shown(paying.model), /To pay[\s\S]*pay\.example\.org/)
  const closed = press(paying.model, 'escape')
  t.match(shown(closed.model), /being worked on[\s\S]*Waiting until it is paid/)
  const tick = facts(closed, { kind: 'local', there: false })
  t.equal(tick.model.dialog, null, 'what was closed does not come again')
  const up = answer('create', 'done', `garden is up. Your invite:\n\n${CODE}`)
  const done = facts(paying, { kind: 'letters', letters: [up] })
  t.deepEqual(
    done.model.dialog?.kind === 'code' && done.model.dialog.code,
    CODE,
    'over the link that is paid',
  )
  t.deepEqual([done.model.unread, done.model.told], [0, null], 'what is on the screen is no news')
  t.deepEqual(kinds(press(done.model, 'y')), ['copy'])
  t.equal(press(done.model, 'escape').model.screens.at(-1)?.kind, 'dashboard')
  t.end()
})

tape('tui first run: what is refused can be changed and sent again', (t) => {
  const refused = answer('create', 'refused', 'There is a pub called garden already.')
  const back = facts(making(), { kind: 'letters', letters: [refused] })
  t.match(shown(back.model), /There is a pub called garden already/)
  t.match(shown(back.model), /Its name\n {2}> garden/)
  const away = facts(making(), {
    kind: 'connection',
    connection: { state: 'away', since: NOW, why: 'no route' },
  })
  t.match(shown(away.model), /waits on your feed and goes out\s+by itself/)
  t.end()
})
