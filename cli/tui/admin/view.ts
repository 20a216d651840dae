/** The picture of the operator's model: pure. */
import { oldAge } from '../age'
import { framedPart, headingRow, MARGIN, type Room, roomOf, screenOf, sentenceOf, type View } from '../frame'
import { blank, rowOf, span } from '../lay'
import type { Row, Screen } from '../screen'
import type { AdminModel } from './model'
import { shortFeed, topOf } from './reading'
import { viewHub, viewOwner, viewPub } from './view-detail'
import { overlaid } from './view-dialog'
import { viewHome } from './view-home'
import { waitingFor } from './waiting'

/** Draws everything. Each row is exactly as wide as the screen, and there are exactly as many as it is high. */
export function viewFleet(model: AdminModel): Screen {
  return screenOf(model, () => {
    const view = viewOf(model, roomOf(model.size))
    const heading = headingRow('buttcloud admin', view.path, standing(model), model.size.width)
    return framedPart(model.size, { heading, view, said: saidRow(model) }, (screen, keys) =>
      overlaid(model, screen, keys),
    )
  })
}

function viewOf(model: AdminModel, room: Room): View {
  const top = topOf(model)
  switch (top.kind) {
    case 'home':
      return viewHome(model, top, room)
    case 'hub':
      return viewHub(model, top, room)
    case 'pub':
      return viewPub(model, top, room)
    case 'owner':
      return viewOwner(model, top, room)
  }
}

/** From here on there is room for who it is; the window's own title may say it. */
const ROOMY = 108

/** Who is shown, whether it answers, and how old the picture is where it is old. */
function standing(model: AdminModel): Row {
  const { provider, connection, fleet, now, size } = model
  const waiting = waitingFor(model).length
  const row: Row =
    waiting === 0
      ? [blank(2)]
      : [blank(2), span(`${waiting} ${waiting === 1 ? 'waits' : 'wait'} for you`, 'accent'), blank(4)]
  if (provider !== null && size.width >= ROOMY) row.push(span(`${shortFeed(provider)}  `, 'quiet'))
  if (connection.state === 'starting') return [...row, span('○ connecting', 'quiet')]
  if (connection.state === 'live') {
    const age = fleet.capacity === null ? null : oldAge(fleet.capacity.at, now)
    row.push(span('● connected', 'good'))
    return age === null ? row : [...row, span(`, slow: as it was ${age}`, 'warn')]
  }
  const age = fleet.capacity === null ? null : oldAge(fleet.capacity.at, now)
  return [...row, span('○ out of reach', 'warn'), span(age === null ? '' : `, as it was ${age}`, 'quiet')]
}

function saidRow({ told, connection }: AdminModel): Row {
  if (told !== null) return [blank(MARGIN), span(told.text)]
  if (connection.state === 'away') return [blank(MARGIN), span(sentenceOf(connection.why), 'quiet')]
  return rowOf('')
}
