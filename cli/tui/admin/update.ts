/** What happens next: (model, message) → model and effects. Pure; the loop in ../io/loop.ts calls it. */
import { typed } from '../line'
import type { Key, TerminalMessage } from '../message'
import { moved } from '../moved'
import { hitAt } from '../screen'
import { copyOfItem, type Item, itemsOf, keyOfItem, screenOfItem } from './items'
import type { AdminEffect, AdminMessage } from './message'
import { type AdminModel, type AdminScreen, SORTS, TABS } from './model'
import { topOf } from './reading'
import { asked, updateDialog } from './update-dialog'
import { learned } from './update-facts'
import { type AdminUpdated, still, telling } from './updated'
import { verbsOf } from './verbs'
import { viewFleet } from './view'

/** The model after a message, and what is to be done. */
export function updateFleet(before: AdminModel, message: AdminMessage): AdminUpdated {
  const model = { ...before, now: Math.max(before.now, message.now) }
  const { model: next, effects } = step(model, message)
  return { model: within(next), effects }
}

function step(model: AdminModel, message: AdminMessage): AdminUpdated {
  switch (message.kind) {
    case 'tick':
      return still(model.told !== null && model.told.until <= model.now ? { ...model, told: null } : model)
    case 'resize':
      return still({ ...model, size: { width: message.width, height: message.height } })
    case 'facts':
      return still(followed(model, message.facts.reduce(learned, model)))
    case 'key':
      return pressed(model, message.key)
    case 'mouse':
      return clicked(model, message)
  }
}

/** What was chosen stays chosen while the list around it changes; at its upper end the newest is wanted. */
function followed(before: AdminModel, model: AdminModel): AdminModel {
  const screens = model.screens.map((screen) => {
    const old = screen.selected === 0 ? undefined : itemsOf(before, screen)[screen.selected]
    if (old === undefined) return screen
    const key = keyOfItem(old)
    const at = itemsOf(model, screen).findIndex((item) => keyOfItem(item) === key)
    return at === -1 ? screen : { ...screen, selected: at }
  })
  return { ...model, screens }
}

/** A row that is there, also when the list got shorter. */
function within(model: AdminModel): AdminModel {
  const top = topOf(model)
  const last = Math.max(0, itemsOf(model, top).length - 1)
  return top.selected <= last ? model : withTop(model, { ...top, selected: last })
}

const withTop = (model: AdminModel, screen: AdminScreen): AdminModel => ({
  ...model,
  screens: [...model.screens.slice(0, -1), screen],
})

const plainKey = (name: string): Key => ({
  ...{ name, ctrl: false, meta: false, shift: false },
  text: name.length === 1 ? name : '',
})

function clicked(
  model: AdminModel,
  { deed, x, y }: Extract<TerminalMessage, { kind: 'mouse' }>,
): AdminUpdated {
  if (deed !== 'press') return pressed(model, plainKey(deed === 'wheel-up' ? 'up' : 'down'))
  const hit = hitAt(viewFleet(model), x, y)
  if (hit === null) return still(model)
  if (hit.kind === 'key') return pressed(model, plainKey(hit.name))
  const { dialog } = model
  if (dialog?.kind === 'verbs')
    return dialog.selected === hit.index
      ? pressed(model, plainKey('enter'))
      : still({ ...model, dialog: { ...dialog, selected: hit.index } })
  if (dialog !== null) return still(model)
  const top = topOf(model)
  return top.selected === hit.index
    ? pressed(model, plainKey('enter'))
    : still(withTop(model, { ...top, selected: hit.index }))
}

function pressed(model: AdminModel, key: Key): AdminUpdated {
  if (key.ctrl && key.name === 'c') return still(model, { kind: 'quit' })
  if (model.dialog !== null) return updateDialog(model, model.dialog, key)
  if (model.listing.isTyping) return filtering(model, key)
  if (key.ctrl || key.meta) return still(model)
  const top = topOf(model)
  const items = itemsOf(model, top)
  const row = moved(top.selected, items.length, key)
  if (row !== null) return still(withTop(model, { ...top, selected: row }))
  switch (key.name) {
    case 'q':
      return still(model, { kind: 'quit' })
    case '?':
      return still({ ...model, dialog: { kind: 'help' } })
    case 'escape':
    case 'left':
      return still(back(model))
    case 'r':
      return still(telling(model, 'Asked for what is new.'), { kind: 'look' }, ...storyAsked(top))
    case 'a':
      return still({ ...model, dialog: { kind: 'verbs', ...verbsOf(model, top), selected: 0 } })
    case 'enter':
    case 'right':
      return opened(model, items[top.selected])
    case 'y':
      return copied(model, items[top.selected])
    default:
      return top.kind === 'home' ? onHome(model, top, key) : still(model)
  }
}

/** Out of a screen; on the first one what is left out comes back. */
function back(model: AdminModel): AdminModel {
  if (model.screens.length > 1) return { ...model, screens: model.screens.slice(0, -1) }
  const { listing } = model
  return listing.filter.text === '' ? model : { ...model, listing: { ...listing, filter: EMPTY } }
}

const EMPTY = { text: '', cursor: 0 }

const storyAsked = (screen: AdminScreen): AdminEffect[] =>
  screen.kind === 'pub'
    ? [{ kind: 'audit', about: screen.pub }]
    : screen.kind === 'owner'
      ? [{ kind: 'audit', about: screen.owner }]
      : []

function opened(model: AdminModel, item: Item | undefined): AdminUpdated {
  const screen = item === undefined ? null : screenOfItem(item)
  if (screen === null) return still(model)
  return still({ ...model, screens: [...model.screens, screen] }, ...storyAsked(screen))
}

function copied(model: AdminModel, item: Item | undefined): AdminUpdated {
  const text = item === undefined ? null : copyOfItem(item)
  if (text === null) return still(telling(model, 'There is nothing here to copy.'))
  return still(telling(model, `Copied, where your terminal allows it: ${text}`), { kind: 'copy', text })
}

function onHome(model: AdminModel, top: Extract<AdminScreen, { kind: 'home' }>, key: Key): AdminUpdated {
  const at = TABS.indexOf(top.tab)
  const by = key.name === 'tab' ? (key.shift ? -1 : 1) : 0
  const tab = by === 0 ? TABS[Number(key.name) - 1] : TABS[(at + by + TABS.length) % TABS.length]
  if (tab !== undefined) return still(withTop(model, { ...top, tab, selected: 0 }))
  const { listing } = model
  if (key.name === '/')
    return still({
      ...withTop(model, { ...top, tab: 'pubs', selected: 0 }),
      listing: { ...listing, isTyping: true },
    })
  if (key.name === 't' && top.tab === 'mail') {
    return model.fleet.mail?.value.on === true
      ? still(asked(model, { kind: 'mail-test' }))
      : still(telling(model, 'This provider sends no mail.'))
  }
  if (top.tab !== 'pubs') return still(model)
  if (key.name === 's') {
    const sort = SORTS[(SORTS.indexOf(listing.sort) + 1) % SORTS.length] ?? 'name'
    return still({ ...withTop(model, { ...top, selected: 0 }), listing: { ...listing, sort } })
  }
  if (key.name === 'e') return still({ ...model, listing: { ...listing, ended: !listing.ended } })
  return still(model)
}

/** Enter keeps the filter, Escape takes it away. */
function filtering(model: AdminModel, key: Key): AdminUpdated {
  const { listing } = model
  if (key.name === 'enter' || key.name === 'down' || key.name === 'tab')
    return still({ ...model, listing: { ...listing, isTyping: false } })
  if (key.name === 'escape')
    return still({ ...model, listing: { ...listing, isTyping: false, filter: EMPTY } })
  const filter = typed(listing.filter, key)
  if (filter === null) return still(model)
  const top = topOf(model)
  return still({ ...withTop(model, { ...top, selected: 0 }), listing: { ...listing, filter } })
}
