/** What happens next: (model, message) → model and effects. Pure; the loop in io/run.ts calls it. */
import type { MessageId, PubId } from '../../protocol/ids'
import type { Effect, Key, Message } from './message'
import type { Model, ScreenState } from './model'
import { NEW_CONVERSATION } from './model-conversation'
import { shownPubs, topScreen } from './reading'
import { hitAt } from './screen'
import { updateConversation } from './update-conversation'
import { updateDashboard } from './update-dashboard'
import { updateDialog } from './update-dialog'
import { learned } from './update-facts'
import { updatePub } from './update-pub'
import { updateWelcome, welcomed } from './update-welcome'
import { pushed, still, telling, type Updated, withDialog, withTop } from './updated'
import { view } from './view'

/** The model after a message, and what is to be done. */
export function update(before: Model, message: Message): Updated {
  const now = Math.max(before.now, message.now)
  const { model, effects } = step({ ...before, now }, message)
  return settled(before, model, effects)
}

function step(model: Model, message: Message): Updated {
  switch (message.kind) {
    case 'tick':
      return still(model.told !== null && model.told.until <= model.now ? { ...model, told: null } : model)
    case 'resize':
      return still({ ...model, size: { width: message.width, height: message.height } })
    case 'facts':
      return welcomed(noticed(model, message.facts.reduce(learned, model)), message.facts)
    case 'picture': {
      const { dialog } = model
      const meant = dialog?.kind === 'code' && dialog.code === message.code
      return still(meant ? withDialog(model, { ...dialog, picture: message.picture }) : model)
    }
    case 'key':
      return pressed(model, message.key)
    case 'mouse':
      return clicked(model, message)
  }
}

const plainKey = (name: string): Key => ({ name, ctrl: false, meta: false, shift: false, text: '' })

function clicked(model: Model, { deed, x, y }: Extract<Message, { kind: 'mouse' }>): Updated {
  if (deed !== 'press') {
    // In the conversation the arrows bring back what was typed; the wheel is for the letters.
    const ctrl = model.dialog === null && topScreen(model).kind === 'conversation'
    return pressed(model, { ...plainKey(deed === 'wheel-up' ? 'up' : 'down'), ctrl })
  }
  const hit = hitAt(view(model), x, y)
  if (hit === null) return still(model)
  if (hit.kind === 'key')
    return pressed(model, { ...plainKey(hit.name), text: hit.name.length === 1 ? hit.name : '' })
  const { dialog } = model
  if (dialog?.kind === 'form') return still(withDialog(model, { ...dialog, focus: hit.index }))
  const top = topScreen(model)
  if (!('selected' in top)) return still(model)
  return top.selected === hit.index
    ? pressed(model, plainKey('enter'))
    : still(withTop(model, { ...top, selected: hit.index }))
}

function pressed(model: Model, key: Key): Updated {
  if (key.ctrl && key.name === 'c') return quitting(model)
  if (model.dialog !== null) return updateDialog(model, model.dialog, key)
  const top = topScreen(model)
  if (!isTypedInto(top) && !key.ctrl && !key.meta) {
    if (key.name === 'q') return quitting(model)
    if (key.name === '?') return still(withDialog(model, { kind: 'help' }))
    if (key.name === 'c') return still(pushed(model, NEW_CONVERSATION))
    if (key.name === 'f') return followed(model)
  }
  switch (top.kind) {
    case 'dashboard':
      return updateDashboard(model, top, key)
    case 'pub':
      return updatePub(model, top, key)
    case 'conversation':
      return updateConversation(model, top, key)
    case 'welcome':
      return updateWelcome(model, top, key)
  }
}

const isTypedInto = (screen: ScreenState): boolean =>
  screen.kind === 'conversation' || screen.kind === 'welcome'

/** What is not on the feed yet would be lost, so that is said first; the same key again means it. */
function quitting(model: Model): Updated {
  const unwritten = model.requests.filter(({ state }) => state === 'writing').length
  const text = `${unwritten === 1 ? 'A message is' : `${unwritten} messages are`} not written yet and would be lost. Again to quit.`
  const isMeant = unwritten === 0 || model.told?.text === text
  return isMeant ? still(model, { kind: 'quit' }) : still(telling(model, text))
}

function followed(model: Model): Updated {
  const last = model.requests.at(-1)
  if (last === undefined) return still(telling(model, 'Nothing has been asked for in this session yet.'))
  return still(withDialog(model, { kind: 'follow', request: last.id, scroll: 0 }))
}

/** A word about what has come in while somebody looks elsewhere. */
function noticed(before: Model, model: Model): Model {
  for (const request of model.requests) {
    const old = before.requests.find(({ id }) => id === request.id)
    const isFollowed = model.dialog?.kind === 'follow' && model.dialog.request === request.id
    if (old?.endedAt === null && request.endedAt !== null && !isFollowed)
      return telling(model, `There is an answer to “${request.text}”. f shows it.`)
  }
  return before.lettersCaughtUp &&
    model.unread - seenNow(model).length > before.unread &&
    topScreen(model).kind !== 'conversation'
    ? telling(model, 'The provider has written. c shows it.')
    : model
}

/** What follows from where things stand, whichever way they came about. */
function settled(before: Model, model: Model, effects: Effect[]): Updated {
  const kept = { ...model, screens: model.screens.map((screen) => within(model, screen)) }
  const all = [...effects]
  const watched = watchedPub(kept)
  if (watched !== watchedPub(before)) all.push({ kind: 'watch', pub: watched })
  if (sight(kept) !== sight(before)) all.push(...asked(kept))
  const keys = seenNow(kept)
  if (keys.length === 0) return { model: kept, effects: all }
  const { model: seen } = step(kept, { kind: 'facts', facts: [{ kind: 'shown', keys }], now: kept.now })
  return { model: seen, effects: [...all, { kind: 'seen', keys }] }
}

/** The chosen row stays on the list when the list gets shorter; a pub that has ended is left for the dashboard. */
function within(model: Model, screen: ScreenState): ScreenState {
  if (screen.kind !== 'dashboard') return screen
  const last = Math.max(0, shownPubs(model.facts).length - 1)
  return screen.selected <= last ? screen : { ...screen, selected: last }
}

function watchedPub(model: Model): PubId | null {
  const top = topScreen(model)
  return top.kind === 'pub' && top.tab === 'status' ? top.pub : null
}

const ASK_EVERY_MS = 30_000

/** Changes with what is seen, and every half minute: then what is seen is asked for. */
function sight(model: Model): string {
  const top = topScreen(model)
  const what = top.kind === 'pub' ? `${top.pub} ${top.tab} ${top.span}` : top.kind
  const isLive = model.connection.state === 'live'
  return `${what} ${isLive} ${Math.floor(model.now / ASK_EVERY_MS)} ${knownPubs(model)}`
}

const knownPubs = (model: Model): string =>
  shownPubs(model.facts)
    .map(({ view: { value } }) => value.pub)
    .join()

function asked(model: Model): Effect[] {
  if (model.connection.state !== 'live') return []
  const top = topScreen(model)
  if (top.kind === 'dashboard')
    return shownPubs(model.facts).flatMap(({ view: { value } }): Effect[] => [
      { kind: 'ask', what: 'figures', pub: value.pub },
      { kind: 'ask', what: 'samples', pub: value.pub, span: 'hour' },
    ])
  if (top.kind !== 'pub') return top.kind === 'welcome' ? [{ kind: 'ask', what: 'plans' }] : []
  const { pub } = top
  switch (top.tab) {
    case 'actions':
      return [{ kind: 'ask', what: 'plans' }]
    case 'invites':
      return [{ kind: 'ask', what: 'invites', pub }]
    case 'status':
      return [
        { kind: 'ask', what: 'figures', pub },
        ...(top.span === 'live' ? [] : [{ kind: 'ask', what: 'samples', pub, span: top.span } as const]),
      ]
  }
}

/** Letters of the provider that are on the screen now and were not before. */
function seenNow(model: Model): MessageId[] {
  const { dialog, facts, shown } = model
  if (dialog?.kind === 'follow') {
    const request = model.requests.find(({ id }) => id === dialog.request)
    const letters =
      request === undefined
        ? []
        : [request.answered.received, request.answered.final, ...request.answered.bearers]
    return letters.flatMap((one) => (one === null || shown.has(one.key) ? [] : [one.key]))
  }
  if (dialog !== null || topScreen(model).kind !== 'conversation') return []
  return model.letters
    .filter(({ key, author }) => author !== facts.owner && !shown.has(key))
    .map(({ key }) => key)
}
