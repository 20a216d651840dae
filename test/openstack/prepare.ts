/**
 * Fills the cloud that up.sh started with what a project has: catalogue, project, user, application credential, flavours,
 * image, networks. Safe to repeat. Prints the credentials as an rc file.
 */
const KEYSTONE = 'http://127.0.0.1:5000/v3'
const COMPUTE = 'http://127.0.0.1:8774/v2.1'
const NETWORK = 'http://127.0.0.1:9696/v2.0'
const IMAGE = 'http://127.0.0.1:9292/v2'

type Json = Record<string, any>
let token = ''

async function say(method: string, url: string, body?: Json | string, headers: Json = {}): Promise<Json> {
  const isText = typeof body === 'string'
  const answer = await fetch(url, {
    method,
    headers: {
      'content-type': isText ? 'application/octet-stream' : 'application/json',
      ...(token === '' ? {} : { 'x-auth-token': token }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(120_000),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text.slice(0, 500)}`)
  const subject = answer.headers.get('x-subject-token')
  if (subject !== null) token = subject
  return text.startsWith('{') ? JSON.parse(text) : {}
}

/** The one of a list that has this name; made where there is none. */
async function one(url: string, many: string, single: string, wish: Json): Promise<Json> {
  // By name: the services show two items per page.
  const byName = `${url}?name=${encodeURIComponent(wish.name)}`
  const found = ((await say('GET', byName))[many] as Json[]).find(({ name }) => name === wish.name)
  return found ?? (await say('POST', url, { [single]: wish }))[single]
}

async function logIn(name: string, project: string): Promise<Json> {
  token = ''
  const domain = { id: 'default' }
  const answer = await say('POST', `${KEYSTONE}/auth/tokens`, {
    auth: {
      identity: { methods: ['password'], password: { user: { name, domain, password: name } } },
      scope: { project: { name: project, domain } },
    },
  })
  return answer.token
}

async function services(): Promise<void> {
  const places: [string, string, string][] = [
    ['nova', 'compute', COMPUTE],
    ['neutron', 'network', 'http://127.0.0.1:9696'],
    ['glance', 'image', 'http://127.0.0.1:9292'],
    ['placement', 'placement', 'http://127.0.0.1:8778'],
  ]
  const { endpoints } = await say('GET', `${KEYSTONE}/endpoints`)
  for (const [name, type, url] of places) {
    const { id } = await one(`${KEYSTONE}/services`, 'services', 'service', { name, type })
    if (endpoints.some((endpoint: Json) => endpoint.service_id === id)) continue
    await say('POST', `${KEYSTONE}/endpoints`, {
      endpoint: { service_id: id, interface: 'public', region_id: 'RegionOne', url },
    })
  }
}

async function project(): Promise<void> {
  const { id } = await one(`${KEYSTONE}/projects`, 'projects', 'project', {
    name: 'pubs',
    domain_id: 'default',
  })
  const wish = { name: 'alice', password: 'alice', domain_id: 'default' }
  const user = await one(`${KEYSTONE}/users`, 'users', 'user', wish)
  const { roles } = await say('GET', `${KEYSTONE}/roles?name=member`)
  await say('PUT', `${KEYSTONE}/projects/${id}/users/${user.id}/roles/${roles[0].id}`)
}

async function flavours(): Promise<void> {
  for (const [name, ram] of [
    ['tiny', 512],
    ['small', 2048],
    ['large', 8192],
  ] as const) {
    const flavor = { id: `flavor-${name}`, name, ram, vcpus: 1, disk: 20 }
    await say('POST', `${COMPUTE}/flavors`, { flavor }).catch((error: Error) => {
      if (!error.message.includes(': 409 ')) throw error
    })
  }
}

async function image(): Promise<void> {
  const { images } = await say('GET', `${IMAGE}/images?name=Debian%2012`)
  if (images.length > 0) return
  const wish = { name: 'Debian 12', disk_format: 'raw', container_format: 'bare', visibility: 'public' }
  const { id } = await say('POST', `${IMAGE}/images`, wish)
  await say('PUT', `${IMAGE}/images/${id}/file`, 'a disk of nothing')
}

async function networks(): Promise<void> {
  const open = await one(`${NETWORK}/networks`, 'networks', 'network', {
    name: 'Ext-Net',
    shared: true,
    ...{ 'provider:network_type': 'flat', 'provider:physical_network': 'one' },
  })
  const outside = await one(`${NETWORK}/networks`, 'networks', 'network', {
    name: 'public-net',
    'router:external': true,
    ...{ 'provider:network_type': 'flat', 'provider:physical_network': 'two' },
  })
  const gates = [
    { name: 'open', network_id: open.id, cidr: '198.51.100.0/24' },
    { name: 'outside', network_id: outside.id, cidr: '203.0.113.0/24' },
  ]
  for (const gate of gates) await one(`${NETWORK}/subnets`, 'subnets', 'subnet', { ...gate, ip_version: 4 })
  await logIn('alice', 'pubs')
  const inside = await one(`${NETWORK}/networks`, 'networks', 'network', { name: 'private-net' })
  const subnet = await one(`${NETWORK}/subnets`, 'subnets', 'subnet', {
    ...{ name: 'inside', network_id: inside.id, cidr: '10.0.0.0/24', ip_version: 4 },
  })
  const router = await one(`${NETWORK}/routers`, 'routers', 'router', {
    name: 'border-router',
    external_gateway_info: { network_id: outside.id },
  })
  const { ports } = await say('GET', `${NETWORK}/ports?device_id=${router.id}&network_id=${inside.id}`)
  if (ports.length === 0)
    await say('PUT', `${NETWORK}/routers/${router.id}/add_router_interface`, { subnet_id: subnet.id })
}

async function credential(): Promise<void> {
  const { user } = await logIn('alice', 'pubs')
  const url = `${KEYSTONE}/users/${user.id}/application_credentials`
  const { application_credentials: known } = await say('GET', url)
  for (const { id, name } of known) if (name === 'buttcloud') await say('DELETE', `${url}/${id}`)
  const { application_credential: made } = await say('POST', url, {
    application_credential: { name: 'buttcloud' },
  })
  process.stdout.write(`export OS_AUTH_URL=${KEYSTONE}
export OS_AUTH_TYPE=v3applicationcredential
export OS_APPLICATION_CREDENTIAL_ID=${made.id}
export OS_APPLICATION_CREDENTIAL_SECRET="${made.secret}"
export OS_REGION_NAME=RegionOne
export OS_INTERFACE=public
`)
}

async function main(): Promise<void> {
  await logIn('admin', 'admin')
  for (const step of [services, project, flavours, image, networks, credential]) await step()
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})
