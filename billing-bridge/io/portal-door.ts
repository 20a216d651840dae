/** The HTTP side of payers' links. What was asked for stands in no log. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { PORTAL_OPENS_MS } from '../../protocol/limits-bridge'
import { nameOf } from '../pages/layout'
import { type PortalState, portalOpenedPage, portalPage } from '../pages/portal'
import type { Route } from '../pages/routes'
import { type Answer, send } from './answer'
import type { PortalDoor } from './portal'
import type { Shown } from './serve'

const LATER_S = 60

/** Answers a look at the page, or its button. */
export async function answerPortal(
  portal: PortalDoor,
  shown: Shown,
  { token, presses }: Route & { to: 'portal' },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const name = nameOf((await shown.known.now())?.page ?? null)
  const page = (state: PortalState): Answer => {
    const { status, body } = portalPage(state, name)
    const retryAfterS = state === 'often' ? PORTAL_OPENS_MS / 1_000 : LATER_S
    return { status, type: 'text/html', body, forms: portal.origins, retryAfterS }
  }
  if (!presses) return send(request, response, page(portal.look(token)))
  const opened = await portal.open(token)
  if (opened.state !== 'opened') return send(request, response, page(opened.state))
  const body = portalOpenedPage(opened.url, name)
  // A browser holds the redirects of a form against what the page allows; a link leads anywhere.
  const allowed = portal.origins.includes(new URL(opened.url).origin)
  const more = allowed ? { status: 303, location: opened.url } : { status: 200 }
  send(request, response, { type: 'text/html', body, ...more })
}
