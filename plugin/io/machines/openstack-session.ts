/** Calls on the services of one OpenStack cloud: with a token that is kept and renewed, at the addresses of its catalogue. */
import type { Millis } from '../../../protocol/ids'
import {
  OPENSTACK_LIST_TRIES,
  OPENSTACK_PAGES_MAX,
  OPENSTACK_TOKEN_SPARE_MS,
} from '../../../protocol/limits-openstack'
import { MachineError } from '../../machine-driver'
import {
  computeRoot,
  microversionOf,
  type OpenstackService,
  type OpenstackToken,
  readToken,
  versioned,
} from '../../openstack-catalog'
import { type OpenstackCredentials, secretsOf, tokenBody } from '../../openstack-credentials'
import { nextPage, pageOf } from '../../openstack-pages'
import { troubleOf } from '../../openstack-trouble'
import { call, type HttpAnswer, type HttpCall } from './https'

export interface SessionOptions {
  credentials: OpenstackCredentials
  /** Authorities that are believed besides the public ones, as PEM. */
  ca: string | null
  now(): Millis
  /** How long one call may take; default: OPENSTACK_CALL_MS. */
  callMs?: number
}

interface Wish {
  service: OpenstackService
  method: HttpCall['method']
  /** Below the service's address, with its query. */
  path: string
  body?: object
  /** Goes on "could not …". */
  attempted: string
  /** Statuses of errors that are an answer, too. */
  also?: readonly number[]
}

export class OpenstackSession {
  private token: OpenstackToken | null = null
  private asking: Promise<OpenstackToken> | null = null
  /** Nova's address and microversion, by the endpoint that they were found at. */
  private nova: { endpoint: string; url: string; microversion: string | null } | null = null

  constructor(private readonly options: SessionOptions) {}

  /** An answer that is a success, or one of `also`. Throws MachineError. */
  async say(wish: Wish): Promise<HttpAnswer> {
    const first = await this.sayWith(await this.current(), wish)
    // A token may end before its time: its user's password was changed, or Keystone's keys.
    const answer = first.status === 401 ? await this.sayWith(await this.renewed(), wish) : first
    const isFine = answer.status >= 200 && answer.status < 300
    if (isFine || wish.also?.includes(answer.status)) return answer
    throw troubleOf(wish.attempted, answer, this.options.now(), this.secrets(wish.body))
  }

  /** All items of a list, page by page. Throws MachineError where a page is missing: half a list is none. */
  async all(service: OpenstackService, path: string, key: string, attempted: string): Promise<unknown[]> {
    for (let tries = 0; tries < OPENSTACK_LIST_TRIES; tries++) {
      const items = await this.pages(service, path, key, attempted)
      if (items !== null) return items
    }
    throw new MachineError('busy', `could not ${attempted}: the list changed while it was read`)
  }

  /** Null where what the next page begins behind is gone meanwhile: services answer 400 or 404 then. */
  private async pages(
    service: OpenstackService,
    path: string,
    key: string,
    attempted: string,
  ): Promise<unknown[] | null> {
    const items: unknown[] = []
    const seen = new Set<string>()
    const bare = path.replace(/\?.*$/, '')
    let query = path.slice(bare.length)
    for (let page = 0; page < OPENSTACK_PAGES_MAX; page++) {
      const also = page === 0 ? [] : [400, 404]
      const { status, body } = await this.say({ service, method: 'GET', path: bare + query, attempted, also })
      if (also.includes(status)) return null
      const found = pageOf(body, key)
      if (found === null)
        throw new MachineError('refused', `could not ${attempted}: the answer holds no list of ${key}`)
      items.push(...found)
      const next = nextPage(body, key)
      if (next === null) return items
      if (seen.has(next))
        throw new MachineError('refused', `could not ${attempted}: its pages go round in a circle`)
      seen.add(next)
      query = next
    }
    throw new MachineError('refused', `could not ${attempted}: it has more than ${OPENSTACK_PAGES_MAX} pages`)
  }

  /** Whether the cloud has this service. Throws MachineError. */
  async has(service: OpenstackService): Promise<boolean> {
    return (await this.current()).endpoints.has(service)
  }

  /** The microversion that is spoken with Nova; null where it has none. Throws MachineError. */
  async microversion(): Promise<string | null> {
    return (await this.compute(await this.current())).microversion
  }

  private async sayWith(token: OpenstackToken, wish: Wish): Promise<HttpAnswer> {
    const { service, method, path, body, attempted } = wish
    const endpoint = token.endpoints.get(service)
    if (endpoint === undefined)
      throw new MachineError(
        'missing',
        `could not ${attempted}: the cloud's catalogue has no ${service} service`,
      )
    const headers: Record<string, string> = { 'x-auth-token': token.value }
    let url = versioned(service, endpoint)
    if (service === 'compute') {
      const nova = await this.compute(token)
      url = nova.url
      if (nova.microversion !== null) {
        headers['openstack-api-version'] = `compute ${nova.microversion}`
        // What Nova took before 2.27, and takes still.
        headers['x-openstack-nova-api-version'] = nova.microversion
      }
    }
    return this.call({ method, url: url + path, headers, attempted, ...(body === undefined ? {} : { body }) })
  }

  private call(wish: Omit<HttpCall, 'ca' | 'callMs'>): Promise<HttpAnswer> {
    const { ca, callMs } = this.options
    return call({ ...wish, ca, ...(callMs === undefined ? {} : { callMs }) })
  }

  /** Nova's address may still be that of 2.0 in old catalogues; there 2.1 stands beside it. */
  private async compute(token: OpenstackToken): Promise<{ url: string; microversion: string | null }> {
    const endpoint = token.endpoints.get('compute') ?? ''
    if (this.nova?.endpoint === endpoint) return this.nova
    const { base, version } = computeRoot(endpoint)
    const attempted = 'ask Nova for its versions'
    const ask = (url: string) =>
      this.call({ method: 'GET', url, headers: { 'x-auth-token': token.value }, attempted })
    let answer = await ask(`${base}/v2.1/`)
    // Some clouds show the list of all versions alone.
    if (microversionOf(answer.body) === null && answer.status !== 401) answer = await ask(`${base}/`)
    if (answer.status >= 500 || answer.status === 429)
      throw troubleOf(attempted, answer, this.options.now(), this.secrets())
    const microversion = microversionOf(answer.body)
    const url =
      version === 'v2' && microversion !== null ? endpoint.replace(/\/v2(?=\/|$)/, '/v2.1') : endpoint
    if (answer.status !== 401) this.nova = { endpoint, url, microversion }
    return { url, microversion }
  }

  private async current(): Promise<OpenstackToken> {
    const { token } = this
    const isGood = token !== null && token.endsAt - OPENSTACK_TOKEN_SPARE_MS > this.options.now()
    return isGood ? token : this.renewed()
  }

  /** Several calls at once share one renewal. */
  private renewed(): Promise<OpenstackToken> {
    this.asking ??= this.ask().finally(() => {
      this.asking = null
    })
    return this.asking
  }

  private async ask(): Promise<OpenstackToken> {
    const { credentials, now } = this.options
    const { authUrl, login } = credentials
    const attempted = `log in at ${authUrl}`
    this.token = null
    const url = `${authUrl}/auth/tokens`
    const answer = await this.call({ method: 'POST', url, headers: {}, body: tokenBody(login), attempted })
    if (answer.status < 200 || answer.status >= 300) {
      const trouble = troubleOf(attempted, answer, now(), this.secrets())
      // Keystone says 404 of an application credential, a user or a project that it does not know.
      if (trouble.kind !== 'missing') throw trouble
      throw new MachineError('unauthorised', trouble.message)
    }
    this.token = readToken(answer.headers['x-subject-token'], answer.body, credentials, now())
    return this.token
  }

  private secrets(body?: object): string[] {
    const data = (body as { server?: { user_data?: unknown } } | undefined)?.server?.user_data
    return [
      ...secretsOf(this.options.credentials.login),
      ...(this.token === null ? [] : [this.token.value]),
      ...(typeof data === 'string' ? [data] : []),
    ]
  }
}
