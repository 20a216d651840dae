/** Stories at the terminal: keys are pressed, facts come, and what is sent is what was shown. */
import tape from 'tape'
import type { Effect, Fact } from '../../cli/tui/message'
import type { Model } from '../../cli/tui/model'
import { topScreen } from '../../cli/tui/reading'
import { hitAt, screenText } from '../../cli/tui/screen'
import type { Updated } from '../../cli/tui/updated'
import { view } from '../../cli/tui/view'
import { answer, CODE, demoModel, messageKey, NOW, OWNER, press, pubId, then } from '../helpers/tui-world'

const shows = (model: Model): string => screenText(view(model))
const said = (effects: Effect[]): string[] => effects.flatMap((one) => (one.kind === 'say' ? [one.text] : []))
const learns = (before: Updated, ...facts: Fact[]): Updated =>
  then(before, { kind: 'facts', facts, now: before.model.now + 1_000 })

tape('tui: alice makes an invite, watches it come, and copies it', (t) => {
  const form = press(demoModel(), 'enter', 'i', 'backspace', '5', 'tab', '"for the club"')
  t.match(
    shows(form.model),
    /Enter sends this to example\.org:\s+│\s+│ {3}invite alice 5 note: "for the club"/,
  )
  t.deepEqual(said(form.effects), [], 'nothing is sent before Enter')
  let now = press(form.model, 'enter')
  t.deepEqual(said(now.effects), ['invite alice 5 note: "for the club"'])
  t.match(shows(now.model), /It is being written/)
  now = learns(now, {
    kind: 'request',
    request: 1,
    progress: { state: 'written', key: messageKey('1'), sequence: 7 },
  })
  t.match(shows(now.model), /Written to your feed/)
  now = learns(now, { kind: 'letters', letters: [answer('1', 'received', 'I am on it.')] })
  t.match(shows(now.model), /It is being worked on[\s\S]*I am on it/)
  now = learns(now, { kind: 'letters', letters: [answer('1', 'done', `Here it is:\n\n${CODE}`)] })
  t.match(shows(now.model), /✓ done/)
  t.ok(
    now.effects.some((one) => one.kind === 'seen'),
    'what was on the screen is no news any more',
  )
  t.equal(now.model.unread, 0)
  now = press(now.model, 'enter')
  t.ok(now.effects.some((one) => one.kind === 'picture'))
  now = press(now.model, 'y')
  t.deepEqual(now.effects, [{ kind: 'copy', text: CODE }])
  t.end()
})

tape('tui: a pub is deleted only after its name was typed, and the question answered', (t) => {
  const form = press(demoModel(), 'enter', 'delete')
  t.match(shows(form.model), /The pub ends, and with it what it holds/)
  const wrong = press(form.model, 'enter', '"alic"', 'enter', 'enter')
  t.deepEqual(said(wrong.effects), [], 'not with a part of it')
  t.match(shows(wrong.model), /Type alice to go on/)
  let now = press(wrong.model, 'e', 'enter')
  t.deepEqual(said(now.effects), ['delete alice'])
  now = learns(now, {
    kind: 'request',
    request: 1,
    progress: { state: 'written', key: messageKey('1'), sequence: 7 },
  })
  t.deepEqual(said(press(now.model, 'y', 'y').effects), [], 'there is no question yet')
  const question = {
    kind: 'delete' as const,
    pub: pubId('alice'),
    asked: [OWNER],
    expiresAt: NOW + 3_600_000,
  }
  const asked = answer('1', 'asked', 'Shall **alice** be deleted?', { question })
  now = learns(now, { kind: 'letters', letters: [asked] })
  t.match(shows(now.model), /Shall alice be deleted\?[\s\S]*y says yes, n says no/)
  const left = press(now.model, 'escape')
  t.deepEqual(said(left.effects), [], 'Escape answers nothing')
  const again = press(left.model, 'f', 'y')
  t.deepEqual(
    again.effects.filter((one) => one.kind === 'say'),
    [{ kind: 'say', request: 2, text: 'yes', thread: asked.key }],
  )
  t.match(shows(again.model), /delete alice: yes/)
  t.deepEqual(said(press(again.model, 'escape', 'f', 'y').effects), [], 'a question is answered once')
  t.end()
})

tape('tui: what holds a key pair is asked for with the name; other parts are not', (t) => {
  const form = press(demoModel(), 'enter', 'e', 'right', 'right', 'right')
  t.match(shows(form.model), /\[all\]/)
  t.deepEqual(press(form.model, 'enter').effects, [])
  const all = press(form.model, 'tab', '"alice"', 'enter')
  t.deepEqual(all.effects.at(-1), {
    kind: 'save',
    request: 1,
    pub: pubId('alice'),
    name: 'alice',
    part: 'all',
  })
  let now = learns(all, {
    kind: 'request',
    request: 1,
    progress: { state: 'saving', bytes: 1_000_000, bytesAll: 4_000_000 },
  })
  t.match(shows(now.model), /Downloading …[\s\S]*977 KB of 3\.8 MB/)
  now = learns(now, {
    kind: 'request',
    request: 1,
    progress: { state: 'saved', file: '/home/alice/alice-all', bytes: 4_000_000 },
  })
  t.match(shows(now.model), /Saved, 3\.8 MB:[\s\S]*\/home\/alice\/alice-all/)
  t.deepEqual(said(press(demoModel(), 'enter', 'e', 'enter').effects), ['export alice gossip'])
  t.end()
})

tape('tui: without the provider all that was known is shown with its age, and words wait', (t) => {
  const away = {
    kind: 'connection' as const,
    connection: { state: 'away' as const, since: NOW, why: 'The provider does not answer.' },
  }
  let now = learns({ model: demoModel(), effects: [] }, away)
  now = then(now, { kind: 'tick', now: NOW + 180_000 })
  t.match(shows(now.model), /○ out of reach, since 3 min/)
  t.match(shows(now.model), /as it was 3 min ago/)
  t.match(shows(now.model), /figures from 3 min ago/)
  now = press(now.model, 'enter', 'r', 'enter')
  now = learns(now, {
    kind: 'request',
    request: 1,
    progress: { state: 'written', key: messageKey('1'), sequence: 7 },
  })
  t.match(shows(now.model), /It goes out by itself when the provider is back/)
  const closed = press(now.model, 'escape', 'escape')
  t.match(shows(closed.model), /restart alice {2}waits for the provider/)
  const back = learns(closed, { kind: 'connection', connection: { state: 'live' } })
  t.ok(
    back.effects.some((one) => one.kind === 'ask'),
    'what is seen is asked for as soon as it is back',
  )
  const done = learns(back, { kind: 'letters', letters: [answer('1', 'done', 'alice is up again.')] })
  t.match(shows(done.model), /There is an answer to “restart alice”/)
  t.end()
})

tape('tui: nothing was sent: it says so, and why', (t) => {
  const sent = press(demoModel(), 'enter', 'r', 'enter')
  const failed = learns(sent, {
    kind: 'request',
    request: 1,
    progress: { state: 'failed', problem: 'Your node may not write yet.' },
  })
  t.match(shows(failed.model), /✗ It was not done\.[\s\S]*Your node may not write yet\./)
  t.end()
})

tape('tui: what is not written yet is not lost by one key', (t) => {
  const quits = (effects: Effect[]): boolean => effects.some((one) => one.kind === 'quit')
  t.ok(quits(press(demoModel(), 'q').effects), 'with nothing to lose')
  const sent = press(demoModel(), 'enter', 'r', 'enter', 'escape')
  const once = press(sent.model, 'q')
  t.notOk(quits(once.effects))
  t.match(shows(once.model), /A message is not written yet and would be lost/)
  t.ok(quits(press(once.model, 'ctrl-c').effects))
  t.end()
})

tape('tui: stats are watched where they are seen, and only there', (t) => {
  const watches = (effects: Effect[]) => effects.filter((one) => one.kind === 'watch')
  const there = press(demoModel(), 'enter', 'tab')
  t.deepEqual(watches(there.effects), [{ kind: 'watch', pub: pubId('alice') }])
  const day = press(there.model, 'd')
  t.deepEqual(day.effects.at(-1), { kind: 'ask', what: 'samples', pub: pubId('alice'), span: 'day' })
  t.deepEqual(watches(press(day.model, 'tab').effects), [{ kind: 'watch', pub: null }])
  const elsewhere = press(day.model, 'c')
  t.equal(topScreen(elsewhere.model).kind, 'conversation')
  t.deepEqual(watches(elsewhere.effects), [{ kind: 'watch', pub: null }])
  t.end()
})

tape('tui: a stopped pub can be started and a running one stopped', (t) => {
  t.deepEqual(said(press(demoModel(), 'enter', 's', 'enter').effects), ['stop alice'])
  t.deepEqual(said(press(demoModel(), 'end', 'enter', 's', 'enter').effects), ['start shed'])
  t.end()
})

tape('tui: an invite is taken back by its id; one that is used up is not', (t) => {
  const invites = press(demoModel(), 'enter', '3')
  t.deepEqual(said(press(invites.model, 'x', 'enter').effects), ['uninvite alice k3m7'])
  t.match(shows(press(invites.model, 'end', 'x').model), /lets nobody in any more/)
  t.match(shows(press(invites.model, 'enter').model), /not among the letters/)
  const letter = { ...answer('9', 'done', `For you:\n${CODE}`), claimedAt: NOW - 7_100_000 }
  const known = learns(invites, { kind: 'letters', letters: [letter] })
  t.match(shows(press(known.model, 'enter').model), /Invite k3m7 to alice/)
  t.match(
    shows(press(known.model, 'down', 'enter').model),
    /not among the letters/,
    'never the code of another one',
  )
  t.end()
})

tape('tui: the mouse does what keys do', (t) => {
  const model = demoModel()
  const line = shows(model)
    .split('\n')
    .findIndex((row) => row.includes('club'))
  const click = (before: Updated, y: number, x = 10): Updated =>
    then(before, { kind: 'mouse', deed: 'press', x, y, now: NOW })
  const once = click({ model, effects: [] }, line)
  t.deepEqual(topScreen(once.model), { kind: 'dashboard', selected: 1 })
  const twice = click(once, line)
  t.equal(topScreen(twice.model).kind, 'pub', 'a second click opens')
  const foot = shows(twice.model).split('\n')[23] ?? ''
  t.deepEqual(hitAt(view(twice.model), foot.indexOf('esc'), 23), { kind: 'key', name: 'escape' })
  t.equal(topScreen(click(twice, 23, foot.indexOf('esc')).model).kind, 'dashboard')
  const wheel = then({ model, effects: [] }, { kind: 'mouse', deed: 'wheel-down', x: 5, y: 5, now: NOW })
  t.deepEqual(topScreen(wheel.model), { kind: 'dashboard', selected: 1 })
  t.end()
})

tape('tui: another identity sees nothing of what was known for the first', (t) => {
  const before = { model: demoModel(), effects: [] }
  const same = learns(before, { kind: 'identity', owner: OWNER, provider: demoModel().facts.provider })
  t.match(shows(same.model), /alice/)
  const other = learns(before, {
    kind: 'identity',
    owner: `@${'B'.repeat(43)}=.ed25519` as typeof OWNER,
    provider: demoModel().facts.provider,
  })
  t.notOk(/alice/.test(shows(other.model)))
  t.match(shows(other.model), /Looking for your pubs/)
  t.end()
})
