/**
 * The bridge's HTTP server: the public pages, and the one path that Stripe calls. It stands behind a proxy that ends TLS,
 * reads nothing it was not asked to read, and logs neither bodies nor addresses nor what was asked for.
 */
import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import QRCode from 'qrcode'
import {
  HTTP_CHECK_MS,
  HTTP_CONNECTIONS_HARD_MAX,
  HTTP_HEAD_BYTES_MAX,
  HTTP_HEAD_MS,
  HTTP_IDLE_MS,
  HTTP_REQUEST_MS,
  HTTP_REQUESTS_PER_ADDRESS_MAX,
  HTTP_STALL_MS,
  HTTP_STOP_MS,
} from '../../protocol/limits-http'
import type { BillingPage } from '../../protocol/rpc-billing'
import type { Operator } from '../pages/legal'
import { routeOf } from '../pages/routes'
import { isLoopback, visitorKey } from './address'
import { refuseUnread, send } from './answer'
import { Bodies } from './body'
import { Crowd, Visitors } from './crowd'
import { KnownPage } from './known-page'
import type { PortalDoor } from './portal'
import { answerPortal } from './portal-door'
import { answerFile, answerPage, answerRefused, type Shown } from './serve'
import { readText } from './texts'
import { answerWebhook } from './webhook-door'

/** The part of a pino logger that the server uses. */
export interface ServerLog {
  info(fields: object, line: string): void
  warn(fields: object, line: string): void
}

export interface ServerOptions {
  /** 127.0.0.1, unless the proxy that ends TLS is on another machine. */
  host: string
  /** 0 takes a free one. */
  port: number
  /** The raw body and the head of a POST on the webhook's path, whole and within its bound, and nothing checked. */
  webhook(raw: Buffer, headers: IncomingHttpHeaders): Promise<{ status: number; body: string }>
  /** What the pages show; null or a rejection while it is not known. Asked every few seconds at most. */
  page(): Promise<BillingPage | null>
  /** What payers' links lead to. */
  portal: PortalDoor
  /** The provider's own invite. */
  invite: string | null
  /** `ok` false makes /healthz answer 503. */
  health(): { ok: boolean; why: string | null }
  /** Files that take the place of the templates. */
  termsFile?: string | null
  privacyFile?: string | null
  /** Who the texts are about; without, the pages say that nobody has said it. */
  operator?: Operator | null
  log: ServerLog
}

export interface RunningServer {
  port: number
  /** No new visitors; who is being answered has HTTP_STOP_MS. */
  stop(): Promise<void>
}

/** Rejects when a text can't be read or the address can't be listened on, with what to do. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host, port, log, invite } = options
  const shown: Shown = {
    known: new KnownPage(options.page, (why) =>
      log.warn({ why }, 'what the pages show could not be asked for'),
    ),
    invite: invite === null ? null : { code: invite, picture: await pictureOf(invite) },
    texts: {
      terms: readText('terms', options.termsFile ?? null),
      privacy: readText('privacy', options.privacyFile ?? null),
    },
    operator: options.operator ?? null,
    health: options.health,
  }
  const crowd = new Crowd()
  const handle = handler(options, shown, crowd)
  const server = http.createServer(
    {
      headersTimeout: HTTP_HEAD_MS,
      requestTimeout: HTTP_REQUEST_MS,
      keepAliveTimeout: HTTP_IDLE_MS,
      connectionsCheckingInterval: HTTP_CHECK_MS,
      maxHeaderSize: HTTP_HEAD_BYTES_MAX,
    },
    handle,
  )
  server.maxConnections = HTTP_CONNECTIONS_HARD_MAX
  server.setTimeout(HTTP_STALL_MS)
  server.on('connection', (socket: Socket) => crowd.admit(socket))
  // Who asks first whether they may send is told before they send.
  server.on('checkContinue', handle)
  server.on('clientError', answerBroken)
  await listening(server, host, port)
  if (!isLoopback(host))
    log.warn({ host }, 'the pages listen beyond this machine; put TLS in front, Stripe demands it')
  return { port: (server.address() as AddressInfo).port, stop: () => stop(server) }
}

function handler(options: ServerOptions, shown: Shown, crowd: Crowd) {
  const visitors = new Visitors()
  const bodies = new Bodies()
  return (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request
    request.on('error', () => socket.destroy())
    response.on('error', () => socket.destroy())
    const key = visitorKey(socket.remoteAddress ?? '', request.headers)
    if (!visitors.enter(key, HTTP_REQUESTS_PER_ADDRESS_MAX))
      return refuseUnread(request, response, {
        status: 429,
        type: 'text/plain',
        body: 'Too many requests at once. Please try again in a moment.\n',
      })
    response.once('close', () => {
      visitors.leave(key)
      crowd.idle(socket)
    })
    const whole = () => crowd.served(socket)
    answer(options, shown, bodies, request, response, whole).catch((error: Error) => {
      options.log.warn({ why: error.message }, 'an answer could not be made')
      refuseUnread(request, response, {
        status: 500,
        type: 'text/plain',
        body: 'Something is wrong with us. Please try again later.\n',
      })
    })
  }
}

async function answer(
  options: ServerOptions,
  shown: Shown,
  bodies: Bodies,
  request: IncomingMessage,
  response: ServerResponse,
  whole: () => void,
): Promise<void> {
  const route = routeOf(request.method ?? '', request.url ?? '')
  if (route.to === 'webhook')
    return answerWebhook(options.webhook, options.log, bodies, request, response, whole)
  if (route.to === 'refused') return answerRefused(shown, route, request, response)
  // A question that brings a body along is no browser's.
  if (
    Number(request.headers['content-length'] ?? 0) > 0 ||
    request.headers['transfer-encoding'] !== undefined
  )
    return refuseUnread(request, response, {
      status: 400,
      type: 'text/plain',
      body: 'Nothing can be sent to this page.\n',
    })
  request.resume()
  whole()
  if (route.to === 'portal') return answerPortal(options.portal, shown, route, request, response)
  if (route.to === 'file') return answerFile(shown, route.file, request, response)
  send(request, response, await answerPage(shown, route.page))
}

/** What is no HTTP, or comes too slowly: one short line, and the connection ends. */
function answerBroken(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || socket.bytesWritten > 0) return void socket.destroy()
  const [status, why] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? ['408 Request Timeout', 'That took too long.']
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? ['431 Request Header Fields Too Large', 'The head of the request is too large.']
        : ['400 Bad Request', 'That is no request that can be read.']
  const body = `${why}\n`
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    () => socket.destroy(),
  )
}

const pictureOf = (invite: string): Promise<string> =>
  QRCode.toString(invite, { type: 'svg', margin: 2, errorCorrectionLevel: 'M' })

function listening(server: http.Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new Error(
          `could not listen on ${host}:${port} for the pages and Stripe: ${error.message}. Free that port, or choose another one.`,
          { cause: error },
        ),
      ),
    )
    server.listen(port, host, resolve)
  })
}

function stop(server: http.Server): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), HTTP_STOP_MS)
    server.close(() => {
      clearTimeout(late)
      resolve()
    })
    server.closeIdleConnections()
  })
}
