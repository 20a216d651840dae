/** The path that Stripe calls: a body within its bound and within its time goes to the handler, and nothing else does. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { HTTP_BODY_BYTES_MAX, HTTP_WEBHOOK_MS } from '../../protocol/limits-http'
import { type Answer, refuseUnread, send } from './answer'
import { Bodies } from './body'
import type { ServerLog } from './server'

type Handler = (raw: Buffer, headers: IncomingHttpHeaders) => Promise<{ status: number; body: string }>

const text = (status: number, why: string): Answer => ({ status, type: 'text/plain', body: `${why}\n` })
const TOO_LARGE = text(413, `At most ${HTTP_BODY_BYTES_MAX} bytes are taken.`)
const CROWDED = text(429, 'Too much at once. Please send it again in a moment.')
const NOT_YET = text(503, 'It could not be kept in time. Please send it again.')

/** Never throws. `whole` is called when all of the body is here. */
export async function answerWebhook(
  handle: Handler,
  log: ServerLog,
  bodies: Bodies,
  request: IncomingMessage,
  response: ServerResponse,
  whole: () => void,
): Promise<void> {
  if (Bodies.isDeclaredTooLarge(request)) return refuseUnread(request, response, TOO_LARGE)
  // Without a signature there is nothing to check, so there is nothing to read.
  if (request.headers['stripe-signature'] === undefined)
    return refuseUnread(request, response, text(400, 'bad signature'))
  if (request.headers.expect !== undefined) response.writeContinue()
  const body = await bodies.read(request)
  if (body.kind === 'gone') return void response.destroy()
  if (body.kind === 'too-large') return refuseUnread(request, response, TOO_LARGE)
  if (body.kind === 'crowded') return refuseUnread(request, response, CROWDED)
  whole()
  const answered = inTime(handle, body.raw, request.headers).finally(body.release)
  try {
    const { status, body: words } = await answered
    send(request, response, { status, type: 'text/plain', body: words })
  } catch (error) {
    log.warn({ why: (error as Error).message }, 'a webhook was not kept; Stripe will send it again')
    send(request, response, NOT_YET)
  }
}

/** Rejects when the handler takes too long; it goes on by itself, and what it does is safe to repeat. */
function inTime(handle: Handler, raw: Buffer, headers: IncomingHttpHeaders): ReturnType<Handler> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`it was not kept within ${HTTP_WEBHOOK_MS} ms`)),
      HTTP_WEBHOOK_MS,
    )
    Promise.resolve()
      .then(() => handle(raw, headers))
      .then(resolve, reject)
      .finally(() => clearTimeout(late))
  })
}
