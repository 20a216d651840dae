/**
 * The page of figures: GET /metrics and nothing else, on loopback unless told otherwise. It reads no body, tells nobody
 * anything of what went wrong, and a program runs on without it.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, isIP, type Socket } from 'node:net'
import {
  METRICS_CONNECTIONS_MAX,
  METRICS_HEAD_BYTES_MAX,
  METRICS_HEAD_MS,
  METRICS_IDLE_MS,
  METRICS_STALL_MS,
} from '../protocol/limits-metrics'
import type { Meters } from './meters'

export interface MetricsPlace {
  /** 0 takes a free one. */
  port: number
  host: string
}

export interface MetricsPage {
  /** Null where it could not listen. */
  port: number | null
  stop(): Promise<void>
}

export type Say = (level: 'info' | 'warn', sentence: string) => void

/** Never rejects: where the page can't be shown, `say` is told why and what to do. */
export async function startMetricsPage(
  meters: Pick<Meters, 'text' | 'contentType'>,
  { host, port }: MetricsPlace,
  say: Say,
): Promise<MetricsPage> {
  const loopback = isLoopback(host)
  const server = http.createServer(
    {
      headersTimeout: METRICS_HEAD_MS,
      requestTimeout: METRICS_HEAD_MS,
      keepAliveTimeout: METRICS_IDLE_MS,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: METRICS_HEAD_BYTES_MAX,
    },
    (request, response) => void answer(meters, loopback, request, response),
  )
  server.maxConnections = METRICS_CONNECTIONS_MAX
  server.setTimeout(METRICS_STALL_MS)
  server.on('clientError', (_error, socket: Socket) => socket.destroy())
  server.on('checkContinue', (_request: IncomingMessage, response: ServerResponse) => refuse(response, 417))
  const trouble = await listening(server, host, port)
  if (trouble !== null) {
    say(
      'warn',
      `no figures are shown: could not listen on ${host}:${port} for them (${trouble}). Everything else goes on. Free that port, choose another one with --metrics-port, or say --no-metrics.`,
    )
    return { port: null, stop: async () => {} }
  }
  // Trouble of a server that listens is no reason to end the program.
  server.on('error', (error) => say('warn', `the page of figures has trouble: ${error.message}`))
  const at = server.address() as AddressInfo
  if (!loopback)
    say(
      'warn',
      `figures are shown on ${host}:${at.port}, to everybody who reaches it: keep others out by a firewall`,
    )
  else say('info', `figures are shown at http://${isIP(host) === 6 ? `[${host}]` : host}:${at.port}/metrics`)
  return { port: at.port, stop: () => stop(server) }
}

async function answer(
  meters: Pick<Meters, 'text' | 'contentType'>,
  loopback: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.on('error', () => request.socket.destroy())
  response.on('error', () => request.socket.destroy())
  const { method, url = '', headers } = request
  if (Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined)
    return refuse(response, 400)
  request.resume()
  if (url.split('?')[0] !== '/metrics') return refuse(response, 404)
  if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405, { Allow: 'GET, HEAD' })
  // A web page that had its own name point here would be let in by the browser, and comes with that name.
  if (loopback && !isOwnName(headers.host ?? '')) return refuse(response, 403)
  try {
    const text = await meters.text()
    const body = Buffer.from(text)
    response.writeHead(200, {
      'Content-Type': meters.contentType,
      'Content-Length': body.length,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    })
    response.end(method === 'HEAD' ? undefined : body)
  } catch {
    refuse(response, 500)
  }
}

function refuse(response: ServerResponse, status: number, more: Record<string, string> = {}): void {
  const body = `${http.STATUS_CODES[status]}\n`
  const headers = { Connection: 'close', 'Content-Type': 'text/plain; charset=utf-8', ...more }
  response.writeHead(status, { ...headers, 'Content-Length': body.length })
  response.end(body)
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host)

/** An address, or localhost: names that nobody else can have point anywhere. */
function isOwnName(host: string): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
  return name === 'localhost' || isIP(name) !== 0
}

/** Null when it listens, else why not. */
function listening(server: http.Server, host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const failed = (error: Error): void => resolve(error.message)
    server.once('error', failed)
    server.listen(port, host, () => {
      server.off('error', failed)
      resolve(null)
    })
  })
}

function stop(server: http.Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
