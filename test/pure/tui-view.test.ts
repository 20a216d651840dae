/**
 * Whole screens as text, at three sizes. Where one has changed on purpose the test prints it as it is now, to be put into
 * its file in tui-screens/.
 */
import tape from 'tape'
import { screenText } from '../../cli/tui/screen'
import { view } from '../../cli/tui/view'
import { compared, type Pictures } from '../helpers/pictures'
import { answer, CODE, demoModel, messageKey, NOW, press, then } from '../helpers/tui-world'
import actions from './tui-screens/actions.json'
import dashboard from './tui-screens/dashboard.json'
import form from './tui-screens/form.json'
import invites from './tui-screens/invites.json'
import request from './tui-screens/request.json'
import status from './tui-screens/status.json'

const STORIES: [name: string, pictures: Pictures, keys: string[]][] = [
  ['dashboard', dashboard, []],
  ['actions', actions, ['enter', 'down']],
  ['status', status, ['enter', 'tab', 'h']],
  ['invites', invites, ['enter', '3']],
  ['form', form, ['enter', 'delete', '"ali"']],
]

for (const [name, pictures, keys] of STORIES)
  tape(`tui view: ${name}`, (t) => {
    compared(t, name, pictures, (size) => screenText(view(press(demoModel(size), ...keys).model)))
    t.end()
  })

tape('tui view: a request that was answered', (t) => {
  compared(t, 'request', request, (size) => {
    let now = press(demoModel(size), 'enter', 'i', 'enter')
    const progress = { state: 'written' as const, key: messageKey('1'), sequence: 7 }
    now = then(now, { kind: 'facts', facts: [{ kind: 'request', request: 1, progress }], now: NOW })
    const letters = [answer('1', 'done', `Here is an invite to **alice**.\n\n\`${CODE}\``)]
    return screenText(
      view(then(now, { kind: 'facts', facts: [{ kind: 'letters', letters }], now: NOW }).model),
    )
  })
  t.end()
})

tape('tui view: without UTF-8 everything stands where it stood', (t) => {
  for (const [name, , keys] of STORIES) {
    const { model } = press(demoModel(), ...keys)
    const plain = screenText(view({ ...model, unicode: false }))
    t.ok(/^[\x20-\x7e\n]*$/.test(plain), `${name} is ASCII`)
    const lettersAt = (text: string): number[] => text.split('\n').map((row) => row.search(/[a-z]/i))
    // Charts are drawn with other signs.
    if (name !== 'status' && name !== 'dashboard')
      t.deepEqual(lettersAt(plain), lettersAt(screenText(view(model))), `${name} has its columns`)
  }
  t.end()
})

tape('tui view: a window that is too small gets a sentence', (t) => {
  const small = screenText(view(demoModel({ width: 40, height: 10 })))
  t.match(small.replaceAll('\n', ' '), /needs a window of 80 by 24; yours has 40 by 10/)
  t.ok(screenText(view(demoModel({ width: 3, height: 2 }))).split('\n').length === 2)
  t.end()
})

tape('tui view: what a hostile name can not do', (t) => {
  const model = demoModel()
  const [first] = Object.values(model.facts.pubs)
  if (first === undefined) return t.fail('no pub')
  const bad = {
    ...first.view.value,
    plan: '\u001b[2J\u202eevil\u2066\u200d',
    address: '名前'.repeat(8),
    reason: 'a\nb\u0000c',
  }
  const pubs = { ...model.facts.pubs, [bad.pub]: { ...first, view: { ...first.view, value: bad } } }
  const text = screenText(view({ ...model, facts: { ...model.facts, pubs } }))
  t.notOk(/[\p{Cc}\p{Cf}]/u.test(text.replaceAll('\n', '')))
  t.equal(text.split('\n').length, 24)
  t.match(text, /a b c/)
  t.end()
})
