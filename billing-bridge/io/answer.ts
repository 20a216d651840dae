/** Answers of the bridge: their heads, and how a connection ends whose request was not read to its end. */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { HTTP_LINGER_MS, HTTP_RETRY_S } from '../../protocol/limits-http'

/** No script at all, no frame, nothing from elsewhere, and mostly no form. HSTS is the proxy's, which has the certificate. */
const policy = (forms: readonly string[]): string =>
  `default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action ${forms.length === 0 ? "'none'" : ["'self'", ...forms].join(' ')}; frame-ancestors 'none'`
const COMMON = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
}

export interface Answer {
  status: number
  type: 'text/html' | 'text/plain' | 'text/css' | 'image/svg+xml' | 'application/json'
  body: string
  /** What caches may do; none where it is left out. */
  cache?: 'no-cache' | 'public, max-age=300'
  allow?: string | null
  /** Where a form of this page may lead to, by redirects from ourselves: origins. Without, the page has no form. */
  forms?: readonly string[]
  /** Where the visitor is sent on to, with 303. */
  location?: string
  /** When to come again, in seconds; HTTP_RETRY_S where it is left out. */
  retryAfterS?: number
}

/** The same bytes have the same tag, so a browser that has them is told so in a few bytes. */
const tagOf = (body: string): string =>
  `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`

/** Sends one answer; with HEAD its head only. Does nothing where the visitor has gone. */
export function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (response.destroyed || response.headersSent) return
  const { status, type, body, cache, allow = null, location, retryAfterS = HTTP_RETRY_S } = answer
  const tag = cache === undefined ? null : tagOf(body)
  const isKnown = tag !== null && request.headers['if-none-match'] === tag
  response.writeHead(isKnown ? 304 : status, {
    'Content-Security-Policy': policy(answer.forms ?? []),
    ...COMMON,
    'Content-Type': `${type}; charset=utf-8`,
    'Cache-Control': cache ?? 'no-store',
    ...(isKnown ? {} : { 'Content-Length': Buffer.byteLength(body) }),
    ...(tag === null ? {} : { ETag: tag }),
    ...(allow === null ? {} : { Allow: allow }),
    ...(location === undefined ? {} : { Location: location }),
    ...(status === 429 || status === 503 ? { 'Retry-After': retryAfterS } : {}),
  })
  if (request.method === 'HEAD' || isKnown) response.end()
  else response.end(body)
}

/** A short refusal in words. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  why: string,
): void {
  send(request, response, { status, type: 'text/plain', body: `${why}\n` })
}

/**
 * Refuses a request whose body is not wanted. What is still on the line is not taken from it (more than the few kilobytes
 * that node has already): it stays with its sender. The connection goes a moment after the answer, because one that is closed
 * with unread bytes is reset, and the sender would never see why.
 */
export function refuseUnread(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (response.destroyed || response.headersSent) return
  const { socket } = request
  // Without a first read node would read all the rest, to throw it away.
  request.read(0)
  request.pause()
  socket.destroySoon = () => {
    socket.end()
    setTimeout(() => socket.destroy(), HTTP_LINGER_MS).unref()
  }
  response.setHeader('Connection', 'close')
  send(request, response, answer)
}
