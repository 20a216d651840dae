/** Keys on the dashboard. */
import type { Key } from './message'
import type { DashboardScreen, Model } from './model'
import { moved } from './moved'
import { shownPubs } from './reading'
import { openForm } from './update-dialog'
import { pushed, still, type Updated, withTop } from './updated'

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
