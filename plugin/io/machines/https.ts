/**
 * One call over HTTPS with a deadline for all of it and a limit of what is read. Certificates are always verified, redirects
 * are not followed: whoever has credentials with it goes nowhere it was not sent.
 */
import { type IncomingMessage, request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { rootCertificates } from 'node:tls'
import { OPENSTACK_ANSWER_BYTES_MAX, OPENSTACK_CALL_MS } from '../../../protocol/limits-openstack'
import { MachineError } from '../../machine-driver'

export interface HttpCall {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  url: string
  headers: Record<string, string>
  /** Sent as JSON. */
  body?: object
  /** Authorities that are believed besides the public ones, as PEM. */
  ca: string | null
  /** For the sentence of an error: goes on "could not …". */
  attempted: string
  callMs?: number
}

export interface HttpAnswer {
  status: number
  headers: Record<string, string | undefined>
  /** Parsed; null where it is no JSON. */
  body: unknown
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** Throws MachineError (`unreachable`, or `refused` for an address that is not for credentials). */
export async function call(wish: HttpCall): Promise<HttpAnswer> {
  const { attempted } = wish
  if (!URL.canParse(wish.url))
    throw new MachineError('refused', `could not ${attempted}: the cloud's catalogue has no address for it`)
  const url = new URL(wish.url)
  const isPlain = url.protocol === 'http:'
  if (!isPlain && url.protocol !== 'https:')
    throw new MachineError('refused', `could not ${attempted}: ${url.protocol} is no address of a service`)
  if (isPlain && !LOOPBACK.test(url.hostname))
    throw new MachineError(
      'refused',
      `could not ${attempted}: ${url.origin} is without TLS, and credentials are not sent over that`,
    )
  const { status, headers, bytes } = await exchange(wish, url, isPlain)
  return { status, headers, body: parsed(bytes) }
}

function exchange(
  { method, headers, body, ca, attempted, callMs = OPENSTACK_CALL_MS }: HttpCall,
  url: URL,
  isPlain: boolean,
): Promise<{ status: number; headers: Record<string, string | undefined>; bytes: Buffer }> {
  const bytes = body === undefined ? null : Buffer.from(JSON.stringify(body))
  return new Promise((resolve, reject) => {
    const fail = (why: string, kind: 'unreachable' | 'refused' = 'unreachable') => {
      clearTimeout(deadline)
      sent.destroy()
      reject(new MachineError(kind, `could not ${attempted}: ${url.host} ${why}`))
    }
    const options = {
      method,
      // One connection per call: they are minutes apart, and none is left open when the provider ends.
      agent: false as const,
      headers: {
        accept: 'application/json',
        'user-agent': 'buttcloud',
        ...(bytes === null
          ? {}
          : { 'content-type': 'application/json', 'content-length': String(bytes.length) }),
        ...headers,
      },
    }
    const sent = isPlain
      ? plainRequest(url, options)
      : tlsRequest(url, { ...options, ...(ca === null ? {} : { ca: [...rootCertificates, ca] }) })
    const deadline = setTimeout(() => fail(`did not answer within ${callMs / 1000} s`), callMs)
    sent.once('error', (error) => fail(`can't be reached: ${error.message}`))
    sent.once('response', (answer: IncomingMessage) => {
      const parts: Buffer[] = []
      let length = 0
      answer.on('data', (part: Buffer) => {
        length += part.length
        if (length > OPENSTACK_ANSWER_BYTES_MAX)
          return fail(`answers more than ${OPENSTACK_ANSWER_BYTES_MAX / 1_000_000} MB`, 'refused')
        parts.push(part)
      })
      answer.once('error', (error) => fail(`broke off its answer: ${error.message}`))
      answer.once('end', () => {
        clearTimeout(deadline)
        const flat = Object.entries(answer.headers).map(([name, value]) => [name, [value].flat()[0]] as const)
        resolve({
          status: answer.statusCode ?? 0,
          headers: Object.fromEntries(flat),
          bytes: Buffer.concat(parts),
        })
      })
    })
    sent.end(bytes ?? undefined)
  })
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return null
  }
}
