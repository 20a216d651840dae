/** The stand-in's Neutron. */
import { type Asked, type Cloud, idOf, type Json, neutronFault, page, type Reply } from './openstack-stand-in'

const KEYS: Readonly<Record<string, 'networks' | 'ports' | 'floatingips' | 'groups'>> = {
  networks: 'networks',
  ports: 'ports',
  floatingips: 'floatingips',
  'security-groups': 'groups',
}

export function addressOn(cloud: Cloud, networkId: string): string {
  const start = { 'net-1': '198.51.100', 'net-2': '10.0.0', 'net-3': '203.0.113' }[networkId]
  return `${start}.${(++cloud.number % 250) + 2}`
}

export function makePort(cloud: Cloud, wish: Json): Json {
  const port = {
    ...{ id: idOf(cloud), name: '', description: '', device_id: '', device_owner: '' },
    created_at: new Date(cloud.now()).toISOString(),
    fixed_ips: [{ ip_address: addressOn(cloud, wish.network_id) }],
    ...wish,
  }
  cloud.ports.push(port)
  return port
}

export function network(cloud: Cloud, asked: Asked): Reply {
  const [, , , what = '', id = ''] = asked.path.split('/')
  const { method, body } = asked
  if (what === 'security-group-rules' && method === 'POST') return makeRule(cloud, body.security_group_rule)
  const key = KEYS[what]
  if (key === undefined) return neutronFault(404, 'HTTPNotFound', 'The resource could not be found.')
  if (method === 'GET' && id === '') return page(cloud, asked, what.replace('-', '_'), cloud[key])
  if (method === 'DELETE') {
    const index = cloud[key].findIndex((one) => one.id === id)
    if (index < 0) return neutronFault(404, 'NotFound', `${what} ${id} could not be found`)
    cloud[key].splice(index, 1)
    // An address stays when its port goes; it points nowhere then.
    for (const address of cloud.floatingips) if (address.port_id === id) address.port_id = null
    return { status: 204 }
  }
  if (method === 'POST' && what === 'ports')
    return { status: 201, body: { port: makePort(cloud, body.port) } }
  if (method === 'POST' && what === 'floatingips') return makeAddress(cloud, body.floatingip)
  if (method === 'POST' && what === 'security-groups') {
    const egress = { id: idOf(cloud), direction: 'egress', ethertype: 'IPv4', protocol: null }
    const group = { id: idOf(cloud), ...body.security_group, security_group_rules: [egress] }
    cloud.groups.push(group)
    return { status: 201, body: { security_group: group } }
  }
  return { status: 501, body: { unknown: { message: `${method} ${asked.path}` } } }
}

function makeAddress(cloud: Cloud, wish: Json): Reply {
  if (cloud.floatingips.length >= cloud.addressesMax)
    return neutronFault(409, 'OverQuota', "Quota exceeded for resources: ['floatingip'].")
  if (!cloud.ports.some(({ id }) => id === wish.port_id))
    return neutronFault(404, 'PortNotFound', `Port ${wish.port_id} could not be found.`)
  const address = {
    ...{ id: idOf(cloud), floating_ip_address: addressOn(cloud, wish.floating_network_id) },
    ...{ description: wish.description ?? '', port_id: wish.port_id, status: 'DOWN' },
    created_at: new Date(cloud.now()).toISOString(),
  }
  cloud.floatingips.push(address)
  return { status: 201, body: { floatingip: address } }
}

function makeRule(cloud: Cloud, wish: Json): Reply {
  const group = cloud.groups.find(({ id }) => id === wish.security_group_id)
  if (group === undefined)
    return neutronFault(
      404,
      'SecurityGroupNotFound',
      `Security group ${wish.security_group_id} does not exist`,
    )
  const names = ['direction', 'ethertype', 'protocol', 'port_range_min', 'port_range_max']
  const known = group.security_group_rules.find((rule: Json) =>
    names.every((name) => rule[name] === wish[name]),
  )
  if (known !== undefined)
    return neutronFault(
      409,
      'SecurityGroupRuleExists',
      `Security group rule already exists. Rule id is ${known.id}.`,
    )
  const rule = { id: idOf(cloud), remote_ip_prefix: null, remote_group_id: null, ...wish }
  group.security_group_rules.push(rule)
  return { status: 201, body: { security_group_rule: rule } }
}
