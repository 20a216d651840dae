/** The first run, as stories of keys: from nobody's invite to a pub of one's own. */
import tape from 'tape'
import type { Fact } from '../../cli/tui/message'
import type { Model } from '../../cli/tui/model'
import { firstModel } from '../../cli/tui/model-first'
import { screenText } from '../../cli/tui/screen'
import type { Updated } from '../../cli/tui/updated'
import { view } from '../../cli/tui/view'
import { answer, CODE, messageKey, NOW, OWNER, PROVIDER, press, then } from '../helpers/tui-world'

const shown = (model: Model): string => screenText(view(model))
const facts = (before: Updated, ...list: Fact[]): Updated =>
  then(before, { kind: 'facts', facts: list, now: before.model.now })
const kinds = ({ effects }: Updated): string[] => effects.map(({ kind }) => kind)
const said = ({ effects }: Updated) => effects.find((effect) => effect.kind === 'say')

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
    { name: 'tiny', words: 'costs nothing: for yourself (192 MB memory, 1.0 GB disk)' },
    {
      name: 'personal',
      words: '$7 a month, the first 14 days free: for friends (512 MB memory, 10 GB disk)',
    },
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
