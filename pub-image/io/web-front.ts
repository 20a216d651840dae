/** The process that the web reaches: checks what is asked, serves the first page, and hands on what is harmless. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import QRCode from 'qrcode'
import {
  WEB_ANSWER_MS,
  WEB_CONNECTIONS_MAX,
  WEB_HTML_BYTES_MAX,
  WEB_REQUESTS_MAX,
  WEB_VISIT_MS,
} from '../../protocol/limits'
import { errorPage, frontPage } from '../web-page'
import { type Page, rebased, rebasedLocation, routeOf } from '../web-routes'
import type { FrontFacts, FrontStart, ToFront } from '../web-talk'
import { goFirst } from './web-environment'
import { PageProgram } from './web-pages'

const COMMON = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
}
/** Styles and pictures: the pages that load them are in no origin, so to a browser they are another one's. */
const LOADED = { ...COMMON, 'Cross-Origin-Resource-Policy': 'cross-origin' }
const OWN_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
/** What members wrote: nothing in it runs, and it belongs to no origin. */
const FOREIGN_POLICY =
  "sandbox allow-forms allow-top-navigation-by-user-activation; default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

let facts: FrontFacts | null = null
let waiting: (() => void)[] = []
let busy = 0

function sendPage(response: ServerResponse, status: number, html: string, policy = OWN_POLICY): void {
  if (response.destroyed) return
  if (response.headersSent) return void response.destroy()
  response.writeHead(status, {
    ...COMMON,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(html),
    'Content-Security-Policy': policy,
    'Cache-Control': 'no-cache',
    Vary: 'Accept-Encoding',
  })
  response.end(html)
}

/** What the pub says of itself, asked anew each time: it may have got another name. */
function currentFacts(): Promise<FrontFacts> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('The pub did not say what it is called.')), WEB_ANSWER_MS)
    waiting.push(() => {
      clearTimeout(late)
      if (facts !== null) resolve(facts)
    })
    process.send?.({ kind: 'facts' })
  })
}

async function serveFront(start: FrontStart, response: ServerResponse): Promise<void> {
  const { name, description } = await currentFacts()
  const { address, feed, multiserver, managed } = start
  const qr = await QRCode.toString(multiserver, { type: 'svg', margin: 2, errorCorrectionLevel: 'M' })
  sendPage(response, 200, frontPage({ name, description, address, feed, multiserver, qr, managed }))
}

/**
 * Asks the program behind a page, with nothing of what the visitor's browser said of itself. It goes on to the end also
 * when the visitor has gone: what the program is busy with counts, not who still waits for it.
 */
function relay(
  program: PageProgram,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  answered: () => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = http.request({ socketPath: program.socket, path, method: request.method }, (answer) => {
      answer.once('error', reject)
      passOn(program.page, answer, response, answered).then(resolve, (error: Error) => {
        answer.destroy()
        reject(error)
      })
    })
    // The program was ended in the middle, because it took too long or fell over.
    asked.once('error', () => reject(new Error('This page could not be made, or takes too long to make.')))
    asked.end()
  })
}

async function passOn(
  page: Page,
  answer: IncomingMessage,
  response: ServerResponse,
  answered: () => void,
): Promise<void> {
  const status = answer.statusCode ?? 502
  const type = answer.headers['content-type'] ?? 'application/octet-stream'
  const location = answer.headers.location
  if (location !== undefined) {
    const target = rebasedLocation(location, page)
    answer.resume()
    if (target === null) return sendPage(response, 502, errorPage(502, 'This page leads elsewhere.'))
    response.writeHead(302, { ...COMMON, Location: target })
    return void response.end()
  }
  // An error of the program shows its insides.
  if (status >= 400) {
    answer.resume()
    const why = status === 404 ? 'There is no such page here.' : 'This page could not be made.'
    return sendPage(response, status >= 500 ? 502 : status, errorPage(status, why))
  }
  if (/^text\/html/.test(type)) {
    const html = await textOf(answer)
    return sendPage(response, status, rebased(html, page), FOREIGN_POLICY)
  }
  if (response.destroyed) return void answer.destroy()
  answered()
  response.writeHead(status, { ...LOADED, 'Content-Type': type, 'Content-Security-Policy': FOREIGN_POLICY })
  await new Promise<void>((resolve, reject) => {
    answer.once('error', reject)
    answer.once('end', resolve)
    response.once('close', () => {
      answer.destroy()
      resolve()
    })
    answer.pipe(response)
  })
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > WEB_HTML_BYTES_MAX) throw new Error('This page is too long to be shown.')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

async function serve(
  start: FrontStart,
  programs: Record<Page, PageProgram>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const route = routeOf(request.method ?? '', request.url ?? '')
  switch (route.to) {
    case 'front':
      return serveFront(start, response)
    case 'refused':
      return sendPage(response, route.status, errorPage(route.status, route.why))
    case 'elsewhere':
      response.writeHead(301, { ...COMMON, Location: route.location })
      return void response.end()
    default:
      return programs[route.to].busy((answered) =>
        relay(programs[route.to], route.path, request, response, answered),
      )
  }
}

function begin(start: FrontStart): void {
  goFirst()
  const folder = mkdtempSync(join(tmpdir(), 'pub-web-'))
  chmodSync(folder, 0o700)
  const programs = {
    view: new PageProgram('view', folder, start.access),
    git: new PageProgram('git', folder, start.access),
  }
  const server = http.createServer(
    {
      headersTimeout: WEB_ANSWER_MS,
      requestTimeout: WEB_ANSWER_MS,
      keepAliveTimeout: WEB_ANSWER_MS,
      maxHeaderSize: 8192,
    },
    (request, response) => {
      request.resume()
      if (busy >= WEB_REQUESTS_MAX)
        return sendPage(
          response,
          503,
          errorPage(503, 'Too many people are reading just now. Please try again in a moment.'),
        )
      busy += 1
      const late = setTimeout(() => response.destroy(), WEB_VISIT_MS)
      const taken = new Promise<void>((resolve) => response.once('close', resolve))
      const served = serve(start, programs, request, response).catch((error: Error) =>
        sendPage(response, 502, errorPage(502, error.message)),
      )
      // The place is free when the visitor has the page, or has gone, and no program works on it any more.
      Promise.all([taken, served]).finally(() => {
        clearTimeout(late)
        busy -= 1
      })
    },
  )
  server.maxConnections = WEB_CONNECTIONS_MAX
  // A connection on which nothing moves: somebody who asks and does not read.
  server.setTimeout(WEB_VISIT_MS / 2)
  const end = (code: number) => {
    for (const program of Object.values(programs)) program.end()
    rmSync(folder, { recursive: true, force: true })
    process.exit(code)
  }
  process.once('disconnect', () => end(0))
  process.once('SIGTERM', () => end(0))
  server.once('error', (error) => {
    process.stderr.write(
      `${JSON.stringify({ web: `can not listen on port ${start.port}: ${error.message}` })}\n`,
    )
    end(1)
  })
  server.listen(start.port, start.listen, () =>
    process.stdout.write(`${JSON.stringify({ web: 'listening', port: start.port })}\n`),
  )
}

process.on('message', (message: ToFront) => {
  if (message.kind === 'start') return begin(message)
  facts = message
  const told = waiting
  waiting = []
  for (const then of told) then()
})
