/** The conversation, as whole screens and as stories of keys. */
import tape from 'tape'
import type { Letter } from '../../cli/letters'
import type { Fact } from '../../cli/tui/message'
import type { Model } from '../../cli/tui/model'
import { NEW_CONVERSATION } from '../../cli/tui/model-conversation'
import { screenText } from '../../cli/tui/screen'
import { pushed, type Updated } from '../../cli/tui/updated'
import { view } from '../../cli/tui/view'
import { answer, demoModel, messageKey, NOW, OWNER, PROVIDER, press, pubId, then } from '../helpers/tui-world'

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
    const wheel = (deed: 'wheel-up' | 'wheel-down') =>
      then({ model: older, effects: [] }, { kind: 'mouse', deed, x: 5, y: 5, now: NOW }).model
    t.equal(shown(wheel('wheel-up')), shown(older), 'and no further')
    if (size.height === 24) t.notEqual(shown(wheel('wheel-down')), shown(older), 'the wheel scrolls')
    const back = press(older, 'pagedown').model
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

tape('tui conversation: of years of letters only what came since is unread', (t) => {
  const letters = Array.from({ length: 2_500 }, (_, at) => theirs(`old ${at}`, 'It is up.', 3_000 - at))
  const keys = letters.slice(-1_000).map(({ key }) => key)
  const fresh = answer('new', 'done', 'It is down.')
  const start = { ...demoModel(), letters: [] }
  const read = facts({ model: start, effects: [] }, { kind: 'letters', letters }, { kind: 'shown', keys })
  t.equal(read.model.unread, 0, 'what is older than all that is remembered as seen was seen, too')
  t.equal(facts(read, { kind: 'letters', letters: [fresh] }).model.unread, 1)
  t.end()
})
