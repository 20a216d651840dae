/** Keys on the dashboard. */
import type { Key } from './message'
import type { DashboardScreen, Model } from './model'
import { shownPubs } from './reading'
import { openForm } from './update-dialog'
import { pushed, still, type Updated, withTop } from './updated'

const PAGE_ROWS = 10

/** The chosen row of a list after a key; null where the key moves nothing. */
export function moved(selected: number, count: number, key: Key): number | null {
  const to = (row: number): number => Math.max(0, Math.min(count - 1, row))
  switch (key.name) {
    case 'up':
    case 'k':
      return to(selected - 1)
    case 'down':
    case 'j':
      return to(selected + 1)
    case 'pageup':
      return to(selected - PAGE_ROWS)
    case 'pagedown':
      return to(selected + PAGE_ROWS)
    case 'home':
      return 0
    case 'end':
      return to(count - 1)
    default:
      return null
  }
}

export function updateDashboard(model: Model, screen: DashboardScreen, key: Key): Updated {
  const pubs = shownPubs(model.facts)
  const row = moved(screen.selected, pubs.length, key)
  if (row !== null) return still(withTop(model, { ...screen, selected: row }))
  if (key.name === 'n') return openForm(model, 'create', null)
  if (key.name === 'r') return still(model, { kind: 'ask', what: 'pubs' })
  const chosen = pubs[screen.selected]
  if (chosen === undefined || (key.name !== 'enter' && key.name !== 'right')) return still(model)
  const { pub } = chosen.view.value
  return still(pushed(model, { kind: 'pub', pub, tab: 'actions', selected: 0, span: 'live' }))
}
