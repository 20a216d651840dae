/** Keys in what lies over the screen: forms, requests that are followed, codes. Only here is anything sent. */
import type { PubId } from '../../protocol/ids'
import { fieldsOf, readyOf } from './actions'
import { lineOf, typed } from './line'
import type { Key } from './message'
import type { ActionId, Dialog, Field, Model, Request } from './model'
import { bearersOf, openQuestion, pubOf } from './reading'
import { savingPart, saying, still, telling, type Updated, withDialog } from './updated'

type Form = Extract<Dialog, { kind: 'form' }>
type Follow = Extract<Dialog, { kind: 'follow' }>
type Code = Extract<Dialog, { kind: 'code' }>

/** Opens the form of an action; `given` fills its first field. */
export function openForm(model: Model, action: ActionId, pub: PubId | null, given?: string): Updated {
  const view = pubOf(model.facts, pub)?.view.value ?? null
  const fields = fieldsOf(action, model.facts, view)
  const [first] = fields
  if (given !== undefined && first !== undefined) fields[0] = { ...first, line: lineOf(given) }
  return still(withDialog(model, { kind: 'form', action, pub, fields, focus: 0, told: null }))
}

export function openCode(model: Model, title: string, code: string): Updated {
  const dialog: Dialog = { kind: 'code', title, code, copied: false, picture: null }
  return still(withDialog(model, dialog), { kind: 'picture', code })
}

export function updateDialog(model: Model, dialog: Dialog, key: Key): Updated {
  switch (dialog.kind) {
    case 'help':
      return still(withDialog(model, null))
    case 'form':
      return onForm(model, dialog, key)
    case 'follow':
      return onFollow(model, dialog, key)
    case 'code':
      return onCode(model, dialog, key)
  }
}

function onForm(model: Model, form: Form, key: Key): Updated {
  const { fields, focus } = form
  const to = (by: number): Updated =>
    still(withDialog(model, { ...form, focus: (focus + by + fields.length) % Math.max(1, fields.length) }))
  switch (key.name) {
    case 'escape':
      return still(withDialog(model, null))
    case 'enter':
      return sent(model, form)
    case 'tab':
      return to(key.shift ? -1 : 1)
    case 'down':
      return to(1)
    case 'up':
      return to(-1)
  }
  const field = fields[focus]
  const changed = field === undefined ? null : fieldAfter(field, key)
  if (changed === null) return still(model)
  const next = fields.map((one, at) => (at === focus ? changed : one))
  return still(withDialog(model, { ...form, fields: next, told: null }))
}

function fieldAfter(field: Field, key: Key): Field | null {
  const { choices } = field
  if (choices === null) {
    const line = typed(field.line, key)
    return line === null ? null : { ...field, line }
  }
  const by = key.name === 'right' || key.name === 'space' ? 1 : key.name === 'left' ? -1 : 0
  const at = choices.indexOf(field.line.text)
  const choice = choices[(at + by + choices.length) % choices.length]
  return by === 0 || choice === undefined ? null : { ...field, line: lineOf(choice) }
}

function sent(model: Model, form: Form): Updated {
  const view = pubOf(model.facts, form.pub)?.view.value ?? null
  const ready = readyOf(form.action, form.fields, view)
  switch (ready.kind) {
    case 'not-yet': {
      const empty = form.fields.findIndex(({ line }, at) => at > form.focus && line.text === '')
      return still(
        withDialog(model, { ...form, told: ready.reason, focus: empty === -1 ? form.focus : empty }),
      )
    }
    case 'say':
      return following(saying(model, { text: ready.text, pub: form.pub, thread: ready.thread }))
    case 'save':
      if (form.pub === null || view === null) return still(model)
      return following(savingPart(model, { pub: form.pub, name: view.name, part: ready.part }))
  }
}

function following({ model, effects, request }: Updated & { request: number }): Updated {
  return still(withDialog(model, { kind: 'follow', request, scroll: 0 }), ...effects)
}

function onFollow(model: Model, follow: Follow, key: Key): Updated {
  const request = model.requests.find(({ id }) => id === follow.request)
  if (request === undefined) return still(withDialog(model, null))
  const { codes, links } = bearersOf(request)
  switch (key.name) {
    case 'escape':
    case 'q':
      return still(withDialog(model, null))
    case 'up':
    case 'k':
      return still(withDialog(model, { ...follow, scroll: Math.max(0, follow.scroll - 1) }))
    case 'down':
    case 'j':
      return still(withDialog(model, { ...follow, scroll: follow.scroll + 1 }))
    case 'y':
    case 'n':
      return answering(model, request, key.name === 'y' ? 'yes' : 'no')
    case 'o': {
      const link = links[0]
      return link === undefined ? still(model) : still(model, { kind: 'open', link })
    }
    case 'enter': {
      const code = codes[0] ?? links[0]
      if (code === undefined) return still(withDialog(model, null))
      return openCode(model, codes.length > 0 ? 'Invite' : 'To pay', code)
    }
    default:
      return still(model)
  }
}

/** A yes or no goes to the question that is on the screen, and to nothing else. */
function answering(model: Model, request: Request, word: 'yes' | 'no'): Updated {
  const question = openQuestion(model, request)
  if (question === null) return still(model)
  return following(saying(model, { text: word, pub: request.pub, thread: question.key }))
}

function onCode(model: Model, code: Code, key: Key): Updated {
  switch (key.name) {
    case 'y':
    case 'c':
      return still(withDialog(model, { ...code, copied: true }), { kind: 'copy', text: code.code })
    case 'o':
      return /^https?:/.test(code.code) ? still(model, { kind: 'open', link: code.code }) : still(model)
    case 'escape':
    case 'enter':
    case 'q':
      return still(withDialog(model, null))
    default:
      return still(telling(model, 'y copies it, Escape goes back.'))
  }
}
