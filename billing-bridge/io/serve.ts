/** From a route to an answer: what the pages show, and the few files beside them. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { cancelledPage, paidPage } from '../pages/after'
import { frontPage, type Invite } from '../pages/front'
import { errorPage, type Known, startingPage } from '../pages/layout'
import type { Operator } from '../pages/legal'
import { legalPage } from '../pages/legal-page'
import type { FileName, PageName, Route } from '../pages/routes'
import { ICON, STYLE } from '../pages/style'
import { type Answer, refuseUnread, send } from './answer'
import type { KnownPage } from './known-page'
import type { TextName } from './texts'

/** All that pages are made of. */
export interface Shown {
  known: KnownPage
  invite: Invite | null
  texts: Record<TextName, string>
  operator: Operator | null
  health(): { ok: boolean; why: string | null }
}

const page = (body: string, status = 200): Answer => ({
  status,
  type: 'text/html',
  body,
  ...(status === 200 ? { cache: 'no-cache' } : {}),
})

/** A page with what is known now. Who comes back from Stripe is thanked also when nothing is known. */
export async function answerPage(shown: Shown, name: PageName): Promise<Answer> {
  const known = await shown.known.now()
  if (name === 'paid') return page(paidPage(known?.page ?? null))
  if (name === 'cancelled') return page(cancelledPage(known?.page ?? null))
  if (known === null) return page(startingPage(), 503)
  return page(name === 'front' ? frontPage(known, shown.invite) : textPage(shown, name, known))
}

const textPage = ({ texts, operator }: Shown, name: 'terms' | 'privacy', known: Known): string =>
  legalPage(name, texts[name], operator, known)

export function answerFile(
  shown: Shown,
  file: FileName,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (file === 'health') {
    const { ok, why } = shown.health()
    const body = `${JSON.stringify({ ok, why })}\n`
    return send(request, response, { status: ok ? 200 : 503, type: 'application/json', body })
  }
  const [type, body] = file === 'style' ? (['text/css', STYLE] as const) : (['image/svg+xml', ICON] as const)
  send(request, response, { status: 200, type, body, cache: 'public, max-age=300' })
}

/** 404 is a page for people; the rest is read by programs, so a line is enough. Its body, if any, is not read. */
export async function answerRefused(
  shown: Shown,
  route: Route & { to: 'refused' },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, why, allow } = route
  if (status !== 404)
    return refuseUnread(request, response, { status, type: 'text/plain', body: `${why}\n`, allow })
  const known = await shown.known.now()
  const found: Answer = { status, type: 'text/html', body: errorPage(status, why, known?.page ?? null) }
  if (request.method === 'GET' || request.method === 'HEAD') {
    request.resume()
    return send(request, response, found)
  }
  refuseUnread(request, response, found)
}
