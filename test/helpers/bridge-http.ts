/** A bridge's HTTP server for tests, and visitors of every kind: quick, slow, too large, and gone in the middle. */
import { type Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { type RunningServer, type ServerOptions, startServer } from '../../billing-bridge/io/server'
import { billingPage, INVITE, OPERATOR } from './bridge-page'

export interface TestServer extends RunningServer {
  url: string
  /** Lines of the log, with all that came with them. */
  lines: string[]
}

/** On a free port; what is not said is as it is on a good day. */
export async function startTestServer(changed: Partial<ServerOptions> = {}): Promise<TestServer> {
  const lines: string[] = []
  const write = (fields: object, line: string) => void lines.push(`${line} ${JSON.stringify(fields)}`)
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    webhook: async (raw) => ({ status: 200, body: String(raw.length) }),
    page: async () => billingPage(),
    portal: { origins: [], look: () => 'wrong', open: async () => ({ state: 'wrong' }) },
    invite: INVITE,
    health: () => ({ ok: true, why: null }),
    operator: OPERATOR,
    log: { info: write, warn: write },
    ...changed,
  })
  return { ...server, url: `http://127.0.0.1:${server.port}`, lines }
}

export interface Reply {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

export interface Asked {
  method?: string
  headers?: OutgoingHttpHeaders
  body?: Buffer | string
  agent?: Agent
}

/** One whole request on a connection of its own, or on one of `agent`. */
export function ask(url: string, { method = 'GET', headers = {}, body, agent }: Asked = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, agent: agent ?? false }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.once('error', reject)
      answer.once('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(parts).toString('utf8'),
        }),
      )
    })
    asked.once('error', reject)
    asked.end(body)
  })
}

export interface Line {
  socket: Socket
  /** All that came back, once the connection is over. */
  over: Promise<{ text: string; ms: number }>
}

/** A connection on which bytes are written by hand. Errors end it like anything else. */
export function openLine(port: number, first = ''): Line {
  const socket = connect(port, '127.0.0.1')
  const begun = performance.now()
  let text = ''
  socket.on('data', (part) => {
    text += part.toString('latin1')
  })
  socket.on('error', () => {})
  if (first !== '') socket.write(first)
  const over = new Promise<{ text: string; ms: number }>((resolve) =>
    socket.once('close', () => resolve({ text, ms: performance.now() - begun })),
  )
  return { socket, over }
}

export interface PourOptions {
  chunked?: boolean
  /** More lines of the head. */
  headers?: string
  /** As quickly as the line takes it, where this is left out. */
  bytesPerSecond?: number
}

const PIECE_BYTES = 64 * 1024

/** A request that sends zeros until all are out or the other side ends it, and reads what is answered. */
export function pour(
  port: number,
  bytes: number,
  { chunked = false, headers = '', bytesPerSecond = Number.POSITIVE_INFINITY }: PourOptions = {},
): { line: Line; sent: () => number } {
  const length = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${bytes}`
  const line = openLine(
    port,
    `POST /webhook HTTP/1.1\r\nHost: x\r\nStripe-Signature: t=1,v1=0\r\n${headers}${length}\r\n\r\n`,
  )
  const zeros = Buffer.alloc(PIECE_BYTES, 48)
  const piece = chunked
    ? Buffer.concat([Buffer.from(`${PIECE_BYTES.toString(16)}\r\n`), zeros, Buffer.from('\r\n')])
    : zeros
  const pauseMs = (PIECE_BYTES / bytesPerSecond) * 1_000
  let sent = 0
  const more = (): void => {
    while (sent < bytes && !line.socket.destroyed && line.socket.writable) {
      sent += PIECE_BYTES
      if (!line.socket.write(piece)) return
      if (pauseMs > 0) return
    }
  }
  if (pauseMs > 0) {
    const timer = setInterval(more, pauseMs)
    line.socket.once('close', () => clearInterval(timer))
  } else line.socket.on('drain', more)
  line.socket.once('connect', more)
  return { line, sent: () => Math.min(sent, bytes) }
}
