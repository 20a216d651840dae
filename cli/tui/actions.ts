/** What can be done with a pub: what each action asks, and the words that it sends. Pure; nothing is sent here. */
import { EXPORT_PARTS, type ExportPart } from '../../protocol/command-kinds'
import { INVITE_USES_MAX } from '../../protocol/limits'
import { checkName } from '../../protocol/name'
import type { PubView } from '../../protocol/rpc'
import { Failure } from '../failure'
import { wholeOption } from '../options'
import {
  aboutArgument,
  aboutPub,
  inviteIdArgument,
  noteArgument,
  planArgument,
  versionArgument,
  words,
} from '../words'
import { lineOf } from './line'
import { type ActionId, EMPTY_LINE, type Facts, type Field } from './model'

export interface Action {
  id: ActionId
  /** The letter that begins it from the list; one per action. */
  key: string
  does: string
  /** What follows from it that can't be undone, where something does. */
  warning: string | null
}

const action = (id: ActionId, key: string, does: string, warning: string | null = null): Action => ({
  ...{ id, key, does, warning },
})

const TABLE: Action[] = [
  action('invite', 'i', 'an invite to pass on'),
  action('restart', 'r', 'start it anew, as after a hiccup'),
  action('stop', 's', 'switch it off until you start it again'),
  action('start', 's', 'switch it on again'),
  action('upgrade', 'u', "bring it to the provider's present version"),
  action('rebuild', 'b', 'make its container anew; identity and messages stay'),
  action('export', 'e', 'take away what it holds'),
  action('name', 'n', 'what it calls itself in public'),
  action('describe', 'd', 'how it describes itself in public'),
  action('web', 'w', 'its web pages, on or off'),
  action('plan', 'p', 'give it another plan'),
  action('pay', 'y', 'a link to pay for it'),
  action('billing', 'l', 'mail who pays a link to cards and receipts'),
  action('cancel', 'x', 'end its subscription with what is paid', 'It ends when what is paid is used up.'),
  action(
    'delete',
    'delete',
    'end it for ever',
    'The pub ends, and with it what it holds. The provider asks you once more before it does.',
  ),
]

const OTHERS: Partial<Record<ActionId, Action>> = {
  create: action('create', 'n', 'a pub of your own'),
  uninvite: action('uninvite', 'x', 'take an invite back', 'Whoever has not used it yet can not any more.'),
}

/** Those of the list that make sense for a pub as it is, in order. */
export function actionsOf(view: PubView): Action[] {
  const left = view.desired === 'up' ? 'start' : 'stop'
  return TABLE.filter(({ id }) => id !== left)
}

export function actionOf(id: ActionId): Action {
  const found = TABLE.find((one) => one.id === id) ?? OTHERS[id]
  if (found === undefined) throw new Error(`There is no action called ${id}.`)
  return found
}

const field = (id: string, label: string, hint: string, choices: string[] | null = null): Field => ({
  ...{ id, label, hint, choices },
  line: choices?.[0] === undefined ? EMPTY_LINE : lineOf(choices[0]),
})

const CONFIRM = 'confirm'
const confirming = (view: PubView): Field => field(CONFIRM, 'Type its name to go on', `exactly: ${view.name}`)

/** What must be asked before it can be sent. `id` of an invite where one is taken back. */
export function fieldsOf(action: ActionId, facts: Facts, view: PubView | null): Field[] {
  const plans = facts.plans?.value.map(({ name }) => name) ?? null
  const choice = plans === null || plans.length === 0 ? null : plans
  switch (action) {
    case 'invite':
      return [
        { ...field('uses', 'How many people', `1 to ${INVITE_USES_MAX}`), line: lineOf('1') },
        field('note', 'Note', 'for its owners only; may be empty'),
      ]
    case 'upgrade':
      return [field('version', 'Version', "empty: the provider's present one")]
    case 'export':
      return [
        field('part', 'What', 'left and right choose', ['gossip', 'log', 'blobs', 'all', 'secret']),
        field(CONFIRM, 'For all and secret', view === null ? '' : `type its name: ${view.name}`),
      ]
    case 'name':
      return [{ ...field('text', 'Name', 'one line'), line: lineOf(view?.title ?? '') }]
    case 'describe':
      return [{ ...field('text', 'Description', 'one line'), line: lineOf(view?.description ?? '') }]
    case 'web':
      return [
        field('on', 'Web pages', 'left and right choose', view?.web === null ? ['on', 'off'] : ['off', 'on']),
      ]
    case 'plan':
      return [field('plan', 'Plan', choice === null ? 'its name' : 'left and right choose', choice)]
    case 'create':
      return [
        field('name', 'Name', 'letters, digits, hyphens'),
        field('plan', 'Plan', choice === null ? 'empty: the first one' : 'left and right choose', choice),
      ]
    case 'cancel':
    case 'delete':
      return view === null ? [] : [confirming(view)]
    case 'uninvite':
      return [field('id', 'Invite', 'its ID in the list')]
    case 'restart':
    case 'stop':
    case 'start':
    case 'rebuild':
    case 'pay':
    case 'billing':
      return []
  }
}

/** What Enter does: words to send, a download, or a reason why not yet. */
export type Ready =
  | { kind: 'say'; text: string; thread: 'new' | 'newest' }
  | { kind: 'save'; part: ExportPart }
  | { kind: 'not-yet'; reason: string }

const notYet = (reason: string): Ready => ({ kind: 'not-yet', reason })

/** The message of an action with what was typed so far. */
export function readyOf(action: ActionId, fields: Field[], view: PubView | null): Ready {
  try {
    return ready(action, (id) => fields.find((one) => one.id === id)?.line.text.trim() ?? '', view)
  } catch (error) {
    if (error instanceof Failure) return notYet(error.message)
    throw error
  }
}

const newest = (text: string): Ready => ({ kind: 'say', text, thread: 'newest' })

function ready(action: ActionId, given: (id: string) => string, view: PubView | null): Ready {
  if (action === 'create') return creating(given('name'), given('plan'))
  if (view === null) return notYet('That pub is not known any more.')
  const { name } = view
  switch (action) {
    case 'invite': {
      const uses = wholeOption('How many people', given('uses'), 1, INVITE_USES_MAX)
      const note = given('note') === '' ? '' : noteArgument(given('note'), [])
      return newest(`invite ${name} ${uses}${note}`)
    }
    case 'upgrade':
      return newest(words('upgrade', name, versionArgument(given('version').split(/\s+/))))
    case 'name':
    case 'describe':
      return newest(`${action} ${name} as ${aboutArgument(action, [given('text')])}`)
    case 'web':
      return newest(words('web', name, given('on')))
    case 'plan':
      return given('plan') === ''
        ? notYet('Which plan?')
        : newest(words('plan', name, planArgument(given('plan'))))
    case 'export':
      return exporting(given('part'), given(CONFIRM), name)
    case 'uninvite':
      return newest(words('uninvite', name, inviteIdArgument(given('id'))))
    case 'delete':
      return given(CONFIRM) === name
        ? { kind: 'say', text: `delete ${name}`, thread: 'new' }
        : notYet(`Type ${name} to go on.`)
    case 'cancel':
      return given(CONFIRM) === name ? newest(aboutPub('cancel', name)) : notYet(`Type ${name} to go on.`)
    case 'restart':
    case 'stop':
    case 'start':
    case 'rebuild':
    case 'pay':
    case 'billing':
      return newest(aboutPub(action, name))
  }
}

function creating(written: string, plan: string): Ready {
  if (written === '') return notYet('How shall it be called?')
  const checked = checkName(written)
  if (!checked.ok)
    return notYet(
      checked.suggestion === null ? checked.reason : `${checked.reason} You could use ${checked.suggestion}.`,
    )
  const wanted = plan === '' ? null : planArgument(plan)
  const text = words('create', checked.name, wanted === null ? null : `plan ${wanted}`)
  return { kind: 'say', text, thread: 'new' }
}

/** Small parts come by message; what holds the key pair is asked for with the name, as `delete` is. */
function exporting(written: string, confirmed: string, name: string): Ready {
  const part = EXPORT_PARTS.find((one) => one === written.toLowerCase())
  if (part === undefined) return notYet(`Say one of ${EXPORT_PARTS.join(', ')}.`)
  if ((part === 'secret' || part === 'all') && confirmed !== name)
    return notYet(`Whoever has the key pair is the pub. Type ${name} to go on.`)
  return part === 'gossip' || part === 'secret' ? newest(`export ${name} ${part}`) : { kind: 'save', part }
}
