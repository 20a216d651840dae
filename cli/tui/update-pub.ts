/** Keys on the screen of one pub. */
import { actionsOf } from './actions'
import type { Key } from './message'
import { type Model, type PubFacts, type PubScreen, TABS, type Tab } from './model'
import { moved } from './moved'
import { codeOf, pubOf } from './reading'
import { openCode, openForm } from './update-dialog'
import { popped, still, telling, type Updated, withTop } from './updated'

export function updatePub(model: Model, screen: PubScreen, key: Key): Updated {
  const known = pubOf(model.facts, screen.pub)
  if (key.name === 'escape') return still(popped(model))
  const tab = tabAfter(screen.tab, key)
  if (tab !== null) return still(withTop(model, { ...screen, tab, selected: 0 }))
  if (known === null) return still(model)
  switch (screen.tab) {
    case 'actions':
      return onActions(model, screen, known, key)
    case 'status':
      return onStatus(model, screen, key)
    case 'invites':
      return onInvites(model, screen, known, key)
  }
}

function tabAfter(tab: Tab, key: Key): Tab | null {
  const at = TABS.indexOf(tab)
  const turned = (by: number): Tab | null => TABS[(at + by + TABS.length) % TABS.length] ?? null
  if (key.name === 'right' || (key.name === 'tab' && !key.shift)) return turned(1)
  if (key.name === 'left' || key.name === 'tab') return turned(-1)
  return /^[1-3]$/.test(key.name) ? (TABS[Number(key.name) - 1] ?? null) : null
}

function onActions(model: Model, screen: PubScreen, known: PubFacts, key: Key): Updated {
  const actions = actionsOf(known.view.value)
  const row = moved(screen.selected, actions.length, key)
  if (row !== null) return still(withTop(model, { ...screen, selected: row }))
  const wanted = key.name === 'enter' ? actions[screen.selected] : actions.find((one) => one.key === key.name)
  return wanted === undefined ? still(model) : openForm(model, wanted.id, screen.pub)
}

const TIMES = ['live', 'hour', 'day', 'month'] as const
/** The keys that choose the time of the charts. */
export const TIME_KEYS: Record<PubScreen['span'], string> = { live: 't', hour: 'h', day: 'd', month: 'm' }

function onStatus(model: Model, screen: PubScreen, key: Key): Updated {
  const named = TIMES.find((time) => TIME_KEYS[time] === key.name)
  const by = key.name === 'space' || key.name === 'down' ? 1 : key.name === 'up' ? -1 : 0
  const turned = by === 0 ? undefined : TIMES[(TIMES.indexOf(screen.span) + by + TIMES.length) % TIMES.length]
  const time = named ?? turned
  return still(time === undefined ? model : withTop(model, { ...screen, span: time }))
}

function onInvites(model: Model, screen: PubScreen, known: PubFacts, key: Key): Updated {
  const invites = known.invites?.value ?? []
  const row = moved(screen.selected, invites.length, key)
  if (row !== null) return still(withTop(model, { ...screen, selected: row }))
  if (key.name === 'n' || key.name === 'i') return openForm(model, 'invite', screen.pub)
  const one = invites[screen.selected]
  if (one === undefined) return still(model)
  if (key.name === 'x') {
    if (one.status !== 'open') return still(telling(model, 'That one lets nobody in any more.'))
    return openForm(model, 'uninvite', screen.pub, one.id)
  }
  if (key.name !== 'enter' && key.name !== 'y') return still(model)
  const code = codeOf(model, screen.pub, one.id)
  if (code === null) return still(telling(model, 'Its code is not among the letters here.'))
  const opened = openCode(model, `Invite ${one.id} to ${known.view.value.name}`, code)
  if (key.name === 'enter') return opened
  return {
    model: telling(model, 'Copied, where your terminal allows it.'),
    effects: [{ kind: 'copy', text: code }],
  }
}
