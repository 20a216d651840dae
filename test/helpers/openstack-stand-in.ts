/**
 * An OpenStack cloud of one project on one port, made after what Debian 12's Keystone, Nova, Neutron and Glance (Zed) were seen
 * to answer (test/openstack): bodies of errors, links of pages, HTML where Glance gives HTML. What it does not know is a loud 501.
 */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { compute } from './openstack-stand-in-compute'
import { network } from './openstack-stand-in-network'

export type Json = Record<string, any>

export interface Reply {
  status: number
  body?: Json | string
  headers?: Record<string, string>
}

export interface Asked {
  method: string
  /** From the service's name on: /compute/servers/detail */
  path: string
  query: URLSearchParams
  body: Json
  headers: Record<string, string | undefined>
}

/** What goes wrong with the next call that fits. `lose`: it is done, and nobody hears the answer. */
export interface Fault {
  on: RegExp
  as: Reply | 'hang' | 'lose' | 'endless'
  /** So often; default: once. */
  times?: number
}

export interface Cloud {
  origin: string
  pageSize: number
  serversMax: number
  addressesMax: number
  microversionMost: string
  now(): number
  servers: Json[]
  ports: Json[]
  floatingips: Json[]
  groups: Json[]
  networks: Json[]
  keypairs: string[]
  number: number
}

export interface StandIn {
  url: string
  cloud: Cloud
  asked: Asked[]
  faults: Fault[]
  /** Every token ends at once, as when a password is changed. */
  endTokens(): void
  /** How long the next tokens live. */
  tokenMs: number
  stop(): Promise<void>
}

export const USER = { name: 'alice', password: 'alice-has-this-password' }
export const APPLICATION = { id: 'a1b2c3', secret: 'the-secret-of-the-application' }
export const ADMIN = { name: 'admin', password: 'admin' }
const PROJECT = '81e82615995d4769aac668c3c4084c70'

export const fault = (status: number, name: string, message: string): Reply => ({
  status,
  body: { [name]: { code: status, message } },
})
export const neutronFault = (status: number, type: string, message: string): Reply => ({
  status,
  body: { NeutronError: { type, message, detail: '' } },
})
export const idOf = (cloud: Cloud): string =>
  `${String(++cloud.number).padStart(8, '0')}-6af2-4817-40ce-${'0'.repeat(12)}`

/** One page of a list, with the link to the next one as the services make it. */
export function page(cloud: Cloud, asked: Asked, key: string, items: Json[]): Reply {
  const marker = asked.query.get('marker')
  const start = marker === null ? 0 : items.findIndex(({ id }) => id === marker) + 1
  if (marker !== null && start === 0) return fault(400, 'badRequest', `marker [${marker}] not found`)
  const shown = items.slice(start, start + cloud.pageSize)
  const last = shown.at(-1)
  const more = start + shown.length < items.length || shown.length === cloud.pageSize
  if (last === undefined || !more) return { status: 200, body: { [key]: shown } }
  const query = new URLSearchParams(asked.query)
  query.set('marker', last.id)
  // As behind a proxy: the host in the link is not the one that is reached.
  const href = `http://controller.internal${asked.path}?${query}`
  const links =
    key === 'images' ? { next: `/v2/images?${query}` } : { [`${key}_links`]: [{ rel: 'next', href }] }
  return { status: 200, body: { [key]: shown, ...links } }
}

function emptyCloud(): Cloud {
  const network = (id: string, name: string): Json => ({ id, name })
  return {
    ...{ origin: '', pageSize: 2, serversMax: 6, addressesMax: 4, microversionMost: '2.93' },
    now: Date.now,
    ...{ servers: [], ports: [], floatingips: [], groups: [], keypairs: ['alice-key'], number: 0 },
    networks: [network('net-1', 'Ext-Net'), network('net-2', 'private-net'), network('net-3', 'public-net')],
  }
}

function keystone(standIn: StandIn, tokens: Map<string, number>, asked: Asked): Reply {
  const { cloud } = standIn
  const { identity = {} } = asked.body.auth ?? {}
  const refused: Reply = {
    status: 401,
    body: {
      error: {
        code: 401,
        message: 'The request you have made requires authentication.',
        title: 'Unauthorized',
      },
    },
  }
  if (identity.methods?.[0] === 'application_credential') {
    const { id, secret } = identity.application_credential
    const message = `Could not find Application Credential: ${id}.`
    if (id !== APPLICATION.id)
      return { status: 404, body: { error: { code: 404, message, title: 'Not Found' } } }
    if (secret !== APPLICATION.secret) return refused
  } else {
    const { name, password } = identity.password?.user ?? {}
    const known = [USER, ADMIN].some((one) => one.name === name && one.password === password)
    if (!known || asked.body.auth.scope?.project?.name === undefined) return refused
  }
  const token = `gAAAAAB-${idOf(cloud)}`
  tokens.set(token, cloud.now() + standIn.tokenMs)
  const place = (type: string, path: string, region: string, face = 'public'): Json => ({
    type,
    endpoints: [{ interface: face, region_id: region, region, url: `${cloud.origin}${path}` }],
  })
  const catalog = [
    place('compute', `/elsewhere/v2.1/${PROJECT}`, 'RegionTwo'),
    place('compute', '/admin', 'RegionOne', 'admin'),
    place('compute', `/compute/v2.1/${PROJECT}`, 'RegionOne'),
    place('network', '/network', 'RegionOne'),
    place('image', '/image/', 'RegionOne'),
  ]
  const expires_at = new Date(cloud.now() + standIn.tokenMs).toISOString().replace('Z', '000Z')
  const body = { token: { methods: identity.methods, expires_at, project: { id: PROJECT }, catalog } }
  return { status: 201, body, headers: { 'x-subject-token': token } }
}

const html = (status: number, sentence: string): Reply => ({
  status,
  body: `<html>\n <head>\n  <title>${status}</title>\n </head>\n <body>\n  ${sentence}<br /><br />\n </body>\n</html>`,
  headers: { 'content-type': 'text/html; charset=UTF-8' },
})

function glance(cloud: Cloud, asked: Asked): Reply {
  const image = (id: string, created_at: string, status = 'active'): Json => ({
    ...{ id, name: 'Debian 12', status, created_at, min_disk: 2, min_ram: 512 },
  })
  const images = [
    image('image-old', '2025-01-01T00:00:00Z'),
    image('image-new', '2026-01-01T00:00:00Z'),
    image('image-older', '2024-01-01T00:00:00Z'),
  ]
  if (asked.path === '/image/v2/images')
    return page(
      cloud,
      asked,
      'images',
      images.filter(({ name }) => [null, name].includes(asked.query.get('name'))),
    )
  const found = images.find(({ id }) => asked.path === `/image/v2/images/${id}`)
  return found === undefined ? html(404, 'No image found with that ID') : { status: 200, body: found }
}

function answer(standIn: StandIn, tokens: Map<string, number>, asked: Asked): Reply {
  const { path, method, headers } = asked
  if (path === '/identity/v3/auth/tokens' && method === 'POST') return keystone(standIn, tokens, asked)
  if ((tokens.get(headers['x-auth-token'] ?? '') ?? 0) < standIn.cloud.now())
    return path.startsWith('/image')
      ? html(401, 'This server could not verify that you are authorized')
      : fault(401, 'error', 'The request you have made requires authentication.')
  if (path.startsWith('/compute/')) return compute(standIn.cloud, asked)
  if (path.startsWith('/network/v2.0/')) return network(standIn.cloud, asked)
  if (path.startsWith('/image/v2/')) return glance(standIn.cloud, asked)
  return { status: 501, body: { unknown: { message: `the stand-in does not know ${method} ${path}` } } }
}

export async function startStandIn(tls?: { key: string; cert: string }): Promise<StandIn> {
  const tokens = new Map<string, number>()
  const hanging = new Set<ServerResponse>()
  const serve: RequestListener = async (request: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const url = new URL(request.url ?? '/', 'http://stand-in')
    const text = Buffer.concat(parts).toString()
    const asked: Asked = {
      ...{ method: request.method ?? '', path: url.pathname, query: url.searchParams },
      body: text === '' ? {} : JSON.parse(text),
      headers: request.headers as Asked['headers'],
    }
    standIn.asked.push(asked)
    const trouble = standIn.faults.find(({ on }) => on.test(`${asked.method} ${asked.path}`))
    if (trouble !== undefined) {
      trouble.times = (trouble.times ?? 1) - 1
      if (trouble.times <= 0) standIn.faults.splice(standIn.faults.indexOf(trouble), 1)
    }
    if (trouble?.as === 'hang') return void hanging.add(response)
    if (trouble?.as === 'endless') {
      response.writeHead(200, { 'content-type': 'application/json' })
      const more = () => {
        while (!response.destroyed && response.write(' '.repeat(1_000_000)));
      }
      response.on('drain', more)
      return more()
    }
    const reply = typeof trouble?.as === 'object' ? trouble.as : answer(standIn, tokens, asked)
    if (trouble?.as === 'lose') return void request.socket.destroy()
    const body = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? '')
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
    response.end(reply.body === undefined ? undefined : body)
  }
  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const cloud = emptyCloud()
  cloud.origin = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`
  const standIn: StandIn = {
    ...{ url: `${cloud.origin}/identity/v3`, cloud, asked: [], faults: [], tokenMs: 3_600_000 },
    endTokens: () => tokens.clear(),
    stop: () => {
      for (const response of hanging) response.destroy()
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
  return standIn
}
