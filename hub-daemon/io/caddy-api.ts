/** Talks to Caddy's admin API: one request at a time, bounded in time and size. */
import { type IncomingMessage, request as startRequest } from 'node:http'
import { type CaddyPlace, caddyPlaceText } from '../../protocol/caddy-place'
import { CADDY_ANSWER_BYTES_MAX, CADDY_ANSWER_MS } from '../../protocol/limits-caddy'
import type { CaddyChange } from '../caddy-plan'
import { clean } from '../words'

/** What it has for the web, and the mark of that state, under which alone it may be changed. */
export interface CaddyState {
  /** Its app `http`; null where it has none. */
  http: unknown
  etag: string
}

/** Somebody else changed it since we looked. */
export class CaddyMoved extends Error {}

interface Answer {
  status: number
  text: string
  etag: string | null
}

const WEB_APP = '/config/apps/http'
/** Where there is no app at all, not even the place for them, it says so with this. */
const NO_SUCH_PLACE = 400
const PRECONDITION_FAILED = 412

/** Reads what it has. Nothing but the web's part, where there is one: the rest may hold keys of its operator's. Rejects with a sentence. */
export async function readCaddy(place: CaddyPlace, signal: AbortSignal): Promise<CaddyState> {
  const web = await ask(place, { method: 'GET', path: WEB_APP }, signal)
  if (web.status !== NO_SUCH_PLACE) return { http: parsed(place, good(place, web)), etag: etagOf(place, web) }
  const all = await ask(place, { method: 'GET', path: '/config/' }, signal)
  good(place, all)
  return { http: null, etag: etagOf(place, all) }
}

/** Makes one change, if nobody has made another since. Rejects with CaddyMoved, else with a sentence. */
export async function changeCaddy(
  place: CaddyPlace,
  change: CaddyChange,
  etag: string,
  signal: AbortSignal,
): Promise<void> {
  const answer = await ask(place, { ...change, etag }, signal)
  if (answer.status === PRECONDITION_FAILED) throw new CaddyMoved('somebody else has just changed it')
  good(place, answer)
}

interface Asked {
  method: string
  path: string
  body?: unknown
  etag?: string
}

function ask(place: CaddyPlace, { method, path, body, etag }: Asked, signal: AbortSignal): Promise<Answer> {
  const bytes = body === undefined || body === null ? null : Buffer.from(JSON.stringify(body))
  const origin = caddyPlaceText(place)
  const headers = {
    // On a socket Caddy takes requests for no host at all (node would say localhost); on a port it may ask for an origin that it knows.
    ...(place.kind === 'socket' ? { Host: '' } : { Origin: origin }),
    ...(etag === undefined ? {} : { 'If-Match': etag }),
    ...(bytes === null ? {} : { 'Content-Type': 'application/json', 'Content-Length': bytes.length }),
  }
  const where =
    place.kind === 'socket'
      ? { socketPath: place.path, setHost: false }
      : { host: place.host, port: place.port }
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`Caddy at ${origin} ${why}`))
    const patience = AbortSignal.any([signal, AbortSignal.timeout(CADDY_ANSWER_MS)])
    const options = { ...where, method, path, headers, agent: false, signal: patience }
    const request = startRequest(options, (answer) => {
      textOf(answer).then(
        (text) => resolve({ status: answer.statusCode ?? 0, text, etag: etagIn(answer) }),
        (error: Error) => fail(`broke off: ${error.message}`),
      )
    })
    request.once('error', (error: NodeJS.ErrnoException) => {
      const late = patience.aborted && !signal.aborted
      fail(
        late ? `did not answer within ${CADDY_ANSWER_MS / 1_000} s` : `is out of reach: ${reasonOf(error)}`,
      )
    })
    request.end(bytes ?? undefined)
  })
}

function reasonOf(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'nothing listens there; does it run?'
    case 'ENOENT':
      return 'there is no such socket'
    case 'EACCES':
      return 'this user may not use that socket'
    default:
      return error.message
  }
}

/** It tells the mark behind the answer, in its trailer. */
function etagIn({ trailers, headers }: IncomingMessage): string | null {
  return trailers.etag ?? headers.etag ?? null
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > CADDY_ANSWER_BYTES_MAX) throw new Error(`it says more than ${CADDY_ANSWER_BYTES_MAX} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function good(place: CaddyPlace, { status, text }: Answer): string {
  if (status === 200) return text
  throw new Error(`Caddy at ${caddyPlaceText(place)} refuses (${status}): ${clean(errorIn(text))}`)
}

/** `{"error": "…"}`, else whatever it is. */
function errorIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: unknown }
    if (typeof error === 'string') return error
  } catch {
    // No JSON: then it is no Caddy, and its own words say so best.
  }
  return text === '' ? 'it does not say why' : text
}

function parsed(place: CaddyPlace, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`what listens at ${caddyPlaceText(place)} does not speak as Caddy's admin API does`)
  }
}

function etagOf(place: CaddyPlace, { etag }: Answer): string {
  if (etag !== null) return etag
  throw new Error(
    `Caddy at ${caddyPlaceText(place)} tells no mark of its configuration (Etag), without which it can't be changed beside others: Caddy 2.6 or newer is needed`,
  )
}
