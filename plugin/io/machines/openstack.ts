/** Machines of an OpenStack cloud: servers of Nova, with what Neutron gives them to be reached by. */
import { createHash } from 'node:crypto'
import type { FeedId, Millis } from '../../../protocol/ids'
import { OPENSTACK_LEFT_OVER_MS, OPENSTACK_TRIED_MS } from '../../../protocol/limits-openstack'
import { type MachineDriver, MachineError, type MachineFact, type MachineOrder } from '../../machine-driver'
import type { OpenstackCredentials } from '../../openstack-credentials'
import { flavorIn, imageIn, imageTrouble, newestImage } from '../../openstack-kinds'
import { chosen, type PortRange } from '../../openstack-network'
import {
  byAge,
  type CloudServer,
  eldest,
  factOf,
  faultIn,
  readServer,
  type ServerWish,
  serverBody,
} from '../../openstack-servers'
import type { OpenstackSettings } from '../../openstack-settings'
import { leftOverFact, OpenstackNetwork } from './openstack-network'
import { OpenstackSession } from './openstack-session'

export interface OpenstackOptions {
  settings: OpenstackSettings
  credentials: OpenstackCredentials
  /** Authorities that are believed besides the public ones, as PEM. */
  ca: string | null
  provider: FeedId
  /** Of pubs. */
  ports: PortRange
  now(): Millis
  /** How long one call may take; default: OPENSTACK_CALL_MS. */
  callMs?: number
}

export function createOpenstack(options: OpenstackOptions): MachineDriver {
  return new Openstack(options)
}

/** By which servers, ports, addresses and groups of this provider are known: a project may hold others'. */
export function markOf(provider: FeedId): string {
  return createHash('sha256').update(provider).digest('base64url').slice(0, 22)
}

class Openstack implements MachineDriver {
  readonly kind = 'openstack'
  private readonly session: OpenstackSession
  private readonly network: OpenstackNetwork
  private readonly mark: string
  private readonly triedAt = new Map<string, Millis>()

  constructor(private readonly options: OpenstackOptions) {
    const { credentials, settings } = options
    const region = settings.region ?? credentials.region
    this.session = new OpenstackSession({ ...options, credentials: { ...credentials, region } })
    this.mark = markOf(options.provider)
    this.network = new OpenstackNetwork(this.session, this.mark)
  }

  async list(): Promise<MachineFact[]> {
    const servers = await this.ours()
    const names = new Set(servers.map(nameOf))
    const facts: MachineFact[] = []
    for (const name of names) facts.push(await this.explained(factOf(firstOf(servers, name))))
    if (this.options.settings.floating === null) return facts
    return [...facts, ...(await this.leftOvers(names))]
  }

  async create(order: MachineOrder): Promise<MachineFact> {
    const { settings } = this.options
    this.triedAt.set(order.name, this.options.now())
    const found = this.standing(order.name, await this.ours())
    if (found !== null) return found
    const userDataBase64 = Buffer.from(order.userData).toString('base64')
    const flavorId = await this.flavorId(order.kind?.flavor ?? settings.flavor)
    const image = await this.image(order.kind?.image ?? settings.image)
    const wish: ServerWish = {
      ...{ name: order.name, mark: this.mark, flavorId, imageId: image.id, userDataBase64 },
      ...{ networks: [], address: null, securityGroupId: null },
      ...{ keypair: settings.keypair, configDrive: settings.configDrive, zone: settings.availabilityZone },
      ...{ volumeGb: settings.volumeGb, volumeType: settings.volumeType },
      microversion: await this.session.microversion(),
    }
    // Too long is too long, whatever stands around it: nothing is made for what Nova will refuse.
    serverBody(wish)
    return this.alone(order.name, await this.placed(wish))
  }

  async destroy(name: string): Promise<void> {
    const all = await this.servers()
    const ours = all.filter((server) => server.mark === this.mark && nameOf(server) === name)
    if (ours.length === 0 && all.some((server) => server.name === name))
      throw new MachineError(
        'refused',
        `${name} is not destroyed: there is a server of that name, and it is not marked as one of this provider`,
      )
    this.triedAt.delete(name)
    for (const { id } of [...ours].sort(byAge).reverse())
      await this.session.say({
        ...{ service: 'compute', method: 'DELETE', path: `/servers/${id}` },
        attempted: `destroy ${name}`,
        also: [404],
      })
    if (await this.session.has('network')) await this.network.release(name)
  }

  async check(): Promise<string[]> {
    const { settings } = this.options
    const wrong: string[] = []
    const look = async <T>(ask: () => Promise<T>): Promise<T | null> => {
      try {
        return await ask()
      } catch (error) {
        if (!(error instanceof MachineError)) throw error
        wrong.push(error.message)
        return null
      }
    }
    const servers = await look(() => this.ours())
    // Without a token, or with a cloud that does not answer, nothing else would say more.
    if (servers === null) return wrong
    const flavor = await look(() => this.flavor(settings.flavor))
    const image = await look(() => this.image(settings.image))
    if (flavor !== null && image !== null) wrong.push(...imageTrouble(flavor, image, settings.volumeGb))
    const { networks, floating } = settings
    await look(() => this.network.networkIds(floating === null ? networks : [...networks, floating]))
    if (settings.securityGroup !== null) await look(() => this.groupId())
    if (settings.keypair !== null) await look(() => this.keypair(settings.keypair ?? ''))
    for (const name of new Set(servers.map(nameOf))) {
      const twins = servers.filter((server) => nameOf(server) === name).sort(byAge)
      if (twins.length > 1)
        wrong.push(
          `there are ${twins.length} servers called ${name}; the first one, ${twins[0]?.id}, is the one that counts. Look which of them is the hub, and delete the others in the cloud`,
        )
    }
    return wrong
  }

  /** Finds a place for a server and asks for it; gives what Nova said then. */
  private async placed(wish: ServerWish): Promise<MachineFact> {
    const { name } = wish
    const attempted = `make the server ${name}`
    try {
      const whole = { ...wish, ...(await this.place(name)) }
      const { body } = await this.session.say({
        ...{ service: 'compute', method: 'POST', path: '/servers', body: serverBody(whole), attempted },
      })
      const id = (body as { server?: { id?: unknown } } | null)?.server?.id
      if (typeof id !== 'string')
        throw new MachineError('unreachable', `could not ${attempted}: the answer names none`)
      return { name, id, status: 'building', address: whole.address, since: this.options.now(), why: null }
    } catch (error) {
      const isFinal = error instanceof MachineError && !['busy', 'unreachable'].includes(error.kind)
      // An address costs, and this machine will not be: what was made for it goes. The first error is the one that is told.
      if (isFinal && this.options.settings.floating !== null) await this.giveUp(name)
      throw error
    }
  }

  /** Looks whether somebody made one of that name at the same time: then the later one goes. */
  private async alone(name: string, made: MachineFact): Promise<MachineFact> {
    let twins: CloudServer[]
    try {
      twins = (await this.ours()).filter((server) => nameOf(server) === name)
    } catch (error) {
      // It was accepted all the same; `check` tells of a second one.
      if (error instanceof MachineError) return made
      throw error
    }
    const first = eldest(twins)
    if (first === undefined) return made
    if (first.id !== made.id && twins.some(({ id }) => id === made.id))
      // It is seconds old, so nothing runs on it yet.
      await this.session.say({
        ...{ service: 'compute', method: 'DELETE', path: `/servers/${made.id}`, also: [404] },
        attempted: `destroy the second server called ${name}`,
      })
    return factOf(first)
  }

  /** Where it will stand in the network. */
  private async place(name: string): Promise<Pick<ServerWish, 'networks' | 'address' | 'securityGroupId'>> {
    const { floating, networks } = this.options.settings
    const groupId = await this.groupId()
    const [first = '', ...others] = await this.network.networkIds(networks)
    if (floating === null) {
      const all = [first, ...others].map((uuid) => ({ uuid }))
      return { networks: all, address: null, securityGroupId: groupId }
    }
    const [outside = ''] = await this.network.networkIds([floating])
    const { portId, address } = await this.network.reachable(name, first, outside, groupId)
    const all = [{ port: portId }, ...others.map((uuid) => ({ uuid }))]
    return { networks: all, address, securityGroupId: others.length === 0 ? null : groupId }
  }

  /** What stands there under a name already; null where it is free. */
  private standing(name: string, servers: readonly CloudServer[]): MachineFact | null {
    if (!servers.some((server) => nameOf(server) === name)) return null
    const fact = factOf(firstOf(servers, name))
    if (fact.status !== 'ending') return fact
    throw new MachineError('busy', `could not make ${name}: the one of that name is being destroyed just now`)
  }

  /** A list says of a server that failed only that it did; Nova tells why of that one alone. */
  private async explained(fact: MachineFact): Promise<MachineFact> {
    if (fact.status !== 'failed') return fact
    const path = `/servers/${fact.id}`
    const attempted = `ask why ${fact.name} failed`
    const { body } = await this.session.say({
      ...{ service: 'compute', method: 'GET', path, attempted, also: [404] },
    })
    return { ...fact, why: faultIn(body) ?? 'Nova says ERROR and not why' }
  }

  private async leftOvers(names: ReadonlySet<string>): Promise<MachineFact[]> {
    const now = this.options.now()
    // A younger one may be of a create that is under way; one that a busy cloud keeps waiting is tried again.
    const isOld = (machine: string, createdAt: Millis | null) =>
      createdAt !== null &&
      createdAt < now - OPENSTACK_LEFT_OVER_MS &&
      (this.triedAt.get(machine) ?? 0) < now - OPENSTACK_TRIED_MS
    return (await this.network.leftOvers())
      .filter(({ machine, createdAt }) => !names.has(machine) && isOld(machine, createdAt))
      .map(leftOverFact)
  }

  private async giveUp(name: string): Promise<void> {
    try {
      await this.network.release(name)
    } catch (error) {
      // It is listed as left over after a while.
      if (!(error instanceof MachineError)) throw error
    }
  }

  private async ours(): Promise<CloudServer[]> {
    return (await this.servers()).filter((server) => server.mark === this.mark)
  }

  /**
   * All of the project. Without a filter and without a limit: only so Nova tells that a part of it does not answer, instead
   * of leaving out what is there (api-guide, "Handling Down Cells").
   */
  private async servers(): Promise<CloudServer[]> {
    const all = await this.session.all('compute', '/servers/detail', 'servers', 'list the servers')
    return all.map(readServer)
  }

  private async flavorId(wanted: string): Promise<string> {
    return (await this.flavor(wanted)).id
  }

  private async flavor(wanted: string) {
    const all = await this.session.all('compute', '/flavors/detail', 'flavors', 'list the flavours')
    const found = chosen(all, wanted, 'flavour')
    if (typeof found === 'string') throw new MachineError('missing', found)
    return flavorIn(found.item, found.id)
  }

  /** By id, or the newest of that name: clouds renew their images under one name. */
  private async image(wanted: string) {
    const { session } = this
    const attempted = `look for the image ${wanted}`
    const byName = `/images?${new URLSearchParams({ name: wanted, status: 'active' })}`
    const newest = newestImage(await session.all('image', byName, 'images', attempted))
    if (newest !== null) return newest
    const path = `/images/${encodeURIComponent(wanted)}`
    const { status, body } = await session.say({
      ...{ service: 'image', method: 'GET', path, attempted, also: [404] },
    })
    const image = status === 404 ? null : imageIn(body)
    if (image === null) throw new MachineError('missing', `the cloud has no image "${wanted}" that is ready`)
    return image
  }

  private groupId(): Promise<string> {
    const { settings, ports } = this.options
    return this.network.groupId(settings.securityGroup, ports, settings.ssh)
  }

  private async keypair(name: string): Promise<void> {
    const path = `/os-keypairs/${encodeURIComponent(name)}`
    const attempted = `look for the key pair ${name}`
    const { status } = await this.session.say({
      ...{ service: 'compute', method: 'GET', path, attempted, also: [404] },
    })
    if (status === 404) throw new MachineError('missing', `the cloud has no key pair "${name}" of this user`)
  }
}

/** The machine's name stands in the metadata; the server's own may be changed by people. */
function nameOf(server: CloudServer): string {
  return server.machine ?? server.name
}

function firstOf(servers: readonly CloudServer[], name: string): CloudServer {
  const first = eldest(servers.filter((server) => nameOf(server) === name))
  if (first === undefined) throw new Error(`no server called ${name} in a list that holds one`)
  return first
}
