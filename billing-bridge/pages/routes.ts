/** What a request asks for. Anybody in the world may ask anything; only what stands here has an answer. */
import { HTTP_URL_CHARS_MAX } from '../../protocol/limits-http'

export type PageName = 'front' | 'paid' | 'cancelled' | 'terms' | 'privacy'
export type FileName = 'style' | 'icon' | 'health'

export type Route =
  | { to: 'page'; page: PageName }
  | { to: 'file'; file: FileName }
  | { to: 'webhook' }
  /** The page of a payer's link, and its button. */
  | { to: 'portal'; token: string; presses: boolean }
  | { to: 'refused'; status: 400 | 404 | 405; why: string; allow: string | null }

const PAGES: Record<string, PageName> = {
  '/': 'front',
  '/paid': 'paid',
  '/cancelled': 'cancelled',
  '/terms': 'terms',
  '/privacy': 'privacy',
}
const FILES: Record<string, FileName> = { '/style.css': 'style', '/icon.svg': 'icon', '/healthz': 'health' }
export const WEBHOOK_PATH = '/webhook'
export const PORTAL_PATH = '/portal/'

/**
 * Reads method and URL as they came over the wire. Never throws. What stands behind a question mark changes nothing:
 * Stripe sends people back with ids in it, which are of no use here.
 */
export function routeOf(method: string, url: string): Route {
  if (url.length > HTTP_URL_CHARS_MAX || !/^\/[\x21-\x7e]*$/.test(url))
    return { to: 'refused', status: 400, why: 'That is no address of a page here.', allow: null }
  const path = url.split('?', 1)[0] ?? url
  if (path === WEBHOOK_PATH)
    return method === 'POST'
      ? { to: 'webhook' }
      : { to: 'refused', status: 405, why: 'Only Stripe sends something here.', allow: 'POST' }
  if (path.startsWith(PORTAL_PATH)) {
    const token = path.slice(PORTAL_PATH.length)
    if (method === 'GET' || method === 'HEAD' || method === 'POST')
      return { to: 'portal', token, presses: method === 'POST' }
    return { to: 'refused', status: 405, why: 'This page has a button.', allow: 'GET, HEAD, POST' }
  }
  const page = Object.hasOwn(PAGES, path) ? PAGES[path] : undefined
  const file = Object.hasOwn(FILES, path) ? FILES[path] : undefined
  if (page === undefined && file === undefined)
    return { to: 'refused', status: 404, why: 'There is no such page here.', allow: null }
  if (method !== 'GET' && method !== 'HEAD')
    return { to: 'refused', status: 405, why: 'These pages can only be read.', allow: 'GET, HEAD' }
  return page === undefined ? { to: 'file', file: file as FileName } : { to: 'page', page }
}
