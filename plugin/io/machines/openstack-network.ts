/** What a machine needs of Neutron: networks by name, our security group, an address of its own; and taking it away again. */
import type { Millis } from '../../../protocol/ids'
import { MachineError, type MachineFact } from '../../machine-driver'
import {
  type Address,
  addressIn,
  chosen,
  descriptionOf,
  floatingBody,
  groupDescription,
  machineIn,
  missingOpenings,
  openingsFor,
  type Port,
  type PortRange,
  portBody,
  portIn,
  ruleBody,
} from '../../openstack-network'
import type { OpenstackSession } from './openstack-session'

/** What was made for a machine besides its server: a port, or an address whose port somebody took away. */
export interface LeftOver {
  machine: string
  id: string
  createdAt: Millis | null
  address: string | null
}

/** As a machine that failed, so that it is destroyed like one. */
export const leftOverFact = ({ machine, id, createdAt, address }: LeftOver): MachineFact => ({
  ...{ name: machine, id, status: 'failed', address, since: createdAt },
  why: 'an address was made for it, and there is no server',
})

export class OpenstackNetwork {
  constructor(
    private readonly session: OpenstackSession,
    private readonly mark: string,
  ) {}

  /** Ids of networks by name or id. Throws MachineError. */
  async networkIds(wanted: readonly string[]): Promise<string[]> {
    const all = await this.session.all('network', '/networks', 'networks', 'list the networks')
    return wanted.map((one) => pick(all, one, 'network'))
  }

  /** The group by name or id; with null ours, which is made where it is missing and gets the openings that it lacks. Throws MachineError. */
  async groupId(wanted: string | null, ports: PortRange, ssh: boolean): Promise<string> {
    const { session } = this
    const all = await session.all(
      'network',
      '/security-groups',
      'security_groups',
      'list the security groups',
    )
    if (wanted !== null) return pick(all, wanted, 'security group')
    const name = groupDescription(this.mark)
    const ours = all
      .filter((group) => fieldOf(group, 'description') === name)
      .sort((one, other) => (idOf(one) < idOf(other) ? -1 : 1))
    const group = ours[0] ?? (await this.makeGroup(name))
    for (const opening of missingOpenings(group, openingsFor(ports, ssh)))
      await session.say({
        ...{ service: 'network', method: 'POST', path: '/security-group-rules' },
        body: ruleBody(idOf(group), opening),
        attempted: `open the ports ${opening.port_range_min} to ${opening.port_range_max}`,
        // It is there already: somebody else was faster.
        also: [409],
      })
    return idOf(group)
  }

  /** A port of its own with a floating address on it, found again where they were made before. Throws MachineError. */
  async reachable(
    machine: string,
    networkId: string,
    floatingId: string,
    groupId: string,
  ): Promise<{ portId: string; address: string }> {
    const { session, mark } = this
    const description = descriptionOf(mark, machine)
    const known = (await this.ports(machine)).find((port) => port.networkId === networkId)
    const port = known ?? (await this.makePort(machine, networkId, groupId))
    const address = (await this.addresses(machine)).find(({ portId }) => portId === port.id)
    if (address !== undefined) return { portId: port.id, address: address.address }
    const { body } = await session.say({
      ...{ service: 'network', method: 'POST', path: '/floatingips' },
      body: floatingBody({ description, networkId: floatingId, portId: port.id }),
      attempted: `get an address for ${machine}`,
    })
    const made = addressIn(fieldOf(body, 'floatingip'))
    if (made === null)
      throw new MachineError('refused', `could not get an address for ${machine}: the answer holds none`)
    return { portId: port.id, address: made.address }
  }

  /** Takes away all that was made for one machine alone. What is gone is fine. Throws MachineError. */
  async release(machine: string): Promise<void> {
    const remove = (path: string, what: string) =>
      this.session.say({
        ...{ service: 'network', method: 'DELETE', path },
        attempted: `give back the ${what} of ${machine}`,
        also: [404],
      })
    for (const { id } of await this.addresses(machine)) await remove(`/floatingips/${id}`, 'address')
    for (const { id } of await this.ports(machine)) await remove(`/ports/${id}`, 'port')
  }

  /** Ports of ours that no server has, and addresses that none of our ports has: those cost, too. Throws MachineError. */
  async leftOvers(): Promise<LeftOver[]> {
    // The addresses first: one that is made meanwhile is not there, and one that is has its port in the list.
    const addresses = (await this.ours('floatingips')).flatMap(({ machine, item }) => {
      const address = addressIn(item)
      return address === null ? [] : [{ machine, address }]
    })
    const ports = (await this.ours('ports')).flatMap(({ machine, item }) => {
      const port = portIn(item)
      return port === null ? [] : [{ machine, port }]
    })
    const known = new Set(ports.map(({ port }) => port.id))
    const free = ports.filter(({ port }) => port.deviceId === '')
    return [
      ...free.map(({ machine, port: { id, createdAt } }) => ({
        ...{ machine, id, createdAt },
        address: addresses.find(({ address }) => address.portId === id)?.address.address ?? null,
      })),
      ...addresses.flatMap(({ machine, address: { id, address, portId, createdAt } }) =>
        portId !== null && known.has(portId) ? [] : [{ machine, id, createdAt, address }],
      ),
    ]
  }

  private async ports(machine: string): Promise<Port[]> {
    return (await this.ours('ports')).flatMap((one) => {
      const port = one.machine === machine ? portIn(one.item) : null
      return port === null ? [] : [port]
    })
  }

  private async addresses(machine: string): Promise<Address[]> {
    return (await this.ours('floatingips')).flatMap((one) => {
      const address = one.machine === machine ? addressIn(one.item) : null
      return address === null ? [] : [address]
    })
  }

  /** Known by their description, and looked through here: not every cloud can filter by it. */
  private async ours(key: 'ports' | 'floatingips'): Promise<{ machine: string; item: unknown }[]> {
    const all = await this.session.all('network', `/${key}`, key, `list the ${key}`)
    return all.flatMap((item) => {
      const machine = machineIn(fieldOf(item, 'description'), this.mark)
      return machine === null ? [] : [{ machine, item }]
    })
  }

  private async makeGroup(description: string): Promise<unknown> {
    const { body } = await this.session.say({
      ...{ service: 'network', method: 'POST', path: '/security-groups' },
      body: { security_group: { name: `buttcloud-${this.mark.slice(0, 8)}`, description } },
      attempted: 'make the security group of the machines',
    })
    return fieldOf(body, 'security_group')
  }

  private async makePort(machine: string, networkId: string, groupId: string): Promise<Port> {
    const description = descriptionOf(this.mark, machine)
    const { body } = await this.session.say({
      ...{ service: 'network', method: 'POST', path: '/ports' },
      body: portBody({ description, name: machine, networkId, groupIds: [groupId] }),
      attempted: `make a port for ${machine}`,
    })
    const made = portIn(fieldOf(body, 'port'))
    if (made === null)
      throw new MachineError('refused', `could not make a port for ${machine}: the answer holds none`)
    return made
  }
}

function pick(items: readonly unknown[], wanted: string, what: string): string {
  const found = chosen(items, wanted, what)
  if (typeof found === 'string') throw new MachineError('missing', found)
  return found.id
}

function idOf(value: unknown): string {
  const id = fieldOf(value, 'id')
  if (typeof id !== 'string') throw new MachineError('refused', 'Neutron listed something without an id')
  return id
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}
