/** The stand-in's Nova: servers take a moment to run and a moment to go. */
import { type Asked, type Cloud, fault, idOf, type Json, page, type Reply } from './openstack-stand-in'
import { makePort } from './openstack-stand-in-network'

const MOMENT_MS = 150
const FLAVORS: Json[] = [
  { id: 'flavor-tiny', name: 'tiny', ram: 512, disk: 1, vcpus: 1 },
  { id: 'flavor-large', name: 'large', ram: 8192, disk: 20, vcpus: 1 },
  { id: 'flavor-small', name: 'small', ram: 2048, disk: 20, vcpus: 1 },
  { id: 'flavor-bare', name: 'bare', ram: 2048, disk: 0, vcpus: 1 },
]

export function compute(cloud: Cloud, asked: Asked): Reply {
  const spoken = asked.headers['openstack-api-version'] ?? 'compute 2.1'
  const version = spoken.replace('compute ', '')
  const headers = { 'openstack-api-version': spoken, vary: 'OpenStack-API-Version' }
  const most = Number(cloud.microversionMost.split('.')[1])
  const path = asked.path.replace(/^\/compute\/v2\.1(\/81e82615995d4769aac668c3c4084c70)?/, '')
  if (path === '' || path === '/') {
    const known = { id: 'v2.1', status: 'CURRENT', version: cloud.microversionMost, min_version: '2.1' }
    return { status: 200, body: { version: known }, headers }
  }
  if (Number(version.split('.')[1]) > most)
    return {
      ...fault(
        406,
        'computeFault',
        `Version ${version} is not supported by the API. Minimum is 2.1 and maximum is ${cloud.microversionMost}.`,
      ),
      headers,
    }
  return { headers, ...served(cloud, asked, path) }
}

function served(cloud: Cloud, asked: Asked, path: string): Reply {
  const { method } = asked
  settle(cloud)
  if (method === 'GET' && /^\/flavors(\/detail)?$/.test(path)) return page(cloud, asked, 'flavors', FLAVORS)
  if (method === 'GET' && path === '/servers/detail')
    // The youngest first, as Nova lists them; what has failed tells why only when it is asked alone.
    return page(cloud, asked, 'servers', [...cloud.servers].reverse().map(listed))
  if (method === 'POST' && path === '/servers') return make(cloud, asked.body.server)
  const [, kind, id = ''] = path.split('/')
  if (kind === 'os-keypairs')
    return cloud.keypairs.includes(id)
      ? { status: 200, body: { keypair: { name: id } } }
      : fault(404, 'itemNotFound', `Keypair ${id} not found for user 7bde13cf1b1c40e483a522b3bf5ee8dd`)
  const server = kind === 'servers' ? cloud.servers.find((one) => one.id === id) : undefined
  if (kind === 'servers' && server === undefined)
    return fault(404, 'itemNotFound', `Instance ${id} could not be found.`)
  if (method === 'GET' && server !== undefined) return { status: 200, body: { server: shown(server, true) } }
  if (method === 'DELETE' && server !== undefined) {
    server['OS-EXT-STS:task_state'] = 'deleting'
    server.goneAt ??= cloud.now() + MOMENT_MS
    return { status: 204 }
  }
  return { status: 501, body: { unknown: { message: `the stand-in does not know ${method} ${path}` } } }
}

function make(cloud: Cloud, wish: Json): Reply {
  if (!FLAVORS.some(({ id }) => id === wish.flavorRef))
    return fault(400, 'badRequest', 'Invalid flavorRef provided.')
  if (!Array.isArray(wish.networks) || wish.networks.length === 0)
    return fault(
      400,
      'badRequest',
      "Invalid input for field/attribute server. 'networks' is a required property",
    )
  if ((wish.user_data?.length ?? 0) > 65_535)
    return fault(
      400,
      'badRequest',
      `Invalid input for field/attribute user_data. Value: ${wish.user_data}. '${wish.user_data}' is too long`,
    )
  if (cloud.servers.length >= cloud.serversMax)
    return fault(
      403,
      'forbidden',
      `Quota exceeded for instances: Requested 1, but already used ${cloud.servers.length} of ${cloud.serversMax} instances`,
    )
  const id = idOf(cloud)
  const ports = wish.networks.map((one: Json) => {
    const port =
      cloud.ports.find((known) => known.id === one.port) ?? makePort(cloud, { network_id: one.uuid })
    return Object.assign(port, { device_id: id, device_owner: 'compute:nova', own: one.port === undefined })
  })
  // To the second, as Nova says it.
  const created = new Date(cloud.now()).toISOString().replace(/\.\d+Z$/, 'Z')
  cloud.servers.push({
    ...{
      id,
      name: wish.name,
      status: 'BUILD',
      created,
      metadata: wish.metadata ?? {},
      addresses: {},
      wish,
      ports,
    },
    'OS-EXT-STS:task_state': 'scheduling',
    runsAt: cloud.now() + MOMENT_MS,
  })
  const links = [{ rel: 'self', href: `http://controller.internal/v2.1/servers/${id}` }]
  return { status: 202, body: { server: { id, links, adminPass: 'nVe6ykUB3wGg' } } }
}

/** What time has done meanwhile. */
function settle(cloud: Cloud): void {
  const now = cloud.now()
  for (const server of cloud.servers) {
    if (server.status !== 'BUILD' || server.runsAt > now) continue
    server.status = 'ACTIVE'
    if (server.goneAt === undefined) server['OS-EXT-STS:task_state'] = null
    const address = (addr: string, type: string) => ({ addr, version: 4, 'OS-EXT-IPS:type': type })
    for (const port of server.ports) {
      const floating = cloud.floatingips.filter(({ port_id }) => port_id === port.id)
      server.addresses[port.network_id] = [
        address(port.fixed_ips[0].ip_address, 'fixed'),
        ...floating.map(({ floating_ip_address }) => address(floating_ip_address, 'floating')),
      ]
    }
  }
  for (const server of cloud.servers.filter(({ goneAt }) => goneAt !== undefined && goneAt <= now)) {
    cloud.servers.splice(cloud.servers.indexOf(server), 1)
    for (const port of server.ports) {
      const index = cloud.ports.indexOf(port)
      if (index < 0) continue
      // Nova takes away the ports that it made, and lets go of the others.
      if (port.own) cloud.ports.splice(index, 1)
      else Object.assign(port, { device_id: '', device_owner: '' })
    }
  }
}

function shown(server: Json, whole: boolean): Json {
  const { wish, ports, runsAt, goneAt, fault: why, ...rest } = server
  const told = { 'OS-EXT-SRV-ATTR:user_data': wish.user_data }
  return { ...rest, ...(whole ? { ...told, ...(why === undefined ? {} : { fault: why }) } : {}) }
}

/** One of a part of the cloud that does not answer is listed by its id alone. */
function listed(server: Json): Json {
  const { id, created } = server
  return server.unreachable === true ? { id, created, status: 'UNKNOWN', links: [] } : shown(server, false)
}
