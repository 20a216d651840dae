/** Servers as Nova lists them, which of them are ours, and what one is asked for with (api-ref/compute, "Servers"). */
import { nullable, shape, text, whole } from '../protocol/check'
import type { Millis } from '../protocol/ids'
import { USER_DATA_BASE64_CHARS_MAX } from '../protocol/limits-openstack'
import { MachineError, type MachineFact } from './machine-driver'
import { compare } from './openstack-catalog'
import { timeIn } from './openstack-times'
import { withoutSecrets } from './openstack-trouble'

/** Keys of a server's metadata. What bears the first with our value is ours, and nothing else is ever touched. */
export const MARK_KEY = 'buttcloud-provider'
export const NAME_KEY = 'buttcloud-machine'
/** By which address it will be reached, where that is known before it starts: join.sh reads it at boot. */
export const ADDRESS_KEY = 'buttcloud-address'

export interface CloudServer {
  id: string
  name: string
  /** Of our own metadata; null where it has none of ours. */
  mark: string | null
  machine: string | null
  /** What was said to it at its start. */
  said: string | null
  status: string
  task: string | null
  createdAt: Millis | null
  addresses: CloudAddress[]
}

export interface CloudAddress {
  address: string
  version: number
  floating: boolean
}

const CHARS = 2_000
const word = nullable(text(CHARS))
const server = shape({
  id: text(CHARS),
  name: word,
  status: text(CHARS),
  created: word,
  'OS-EXT-STS:task_state': word,
})
const address = shape({ addr: text(CHARS), version: whole(4, 6), 'OS-EXT-IPS:type': word })

/**
 * One server of a list. Throws MachineError for one of which only the id is said: Nova lists those of its parts that do not
 * answer so (from microversion 2.69 on), and a list of which nobody knows whose they are is not whole.
 */
export function readServer(value: unknown): CloudServer {
  const read = server(value, 'server')
  if (!read.ok) throw new MachineError('refused', 'Nova listed a server in a form that is not understood')
  const { id, name, status, created } = read.value
  const metadata = objectOf(value, 'metadata')
  if (name === null || metadata === null)
    throw new MachineError(
      'busy',
      'a part of the cloud does not answer, and Nova does not know now whose servers are there',
    )
  const said = (key: string): string | null => {
    const found = Object.hasOwn(metadata, key) ? metadata[key] : undefined
    return typeof found === 'string' ? found : null
  }
  return {
    ...{ id, name, status },
    ...{ mark: said(MARK_KEY), machine: said(NAME_KEY), said: said(ADDRESS_KEY) },
    task: read.value['OS-EXT-STS:task_state'],
    createdAt: timeIn(created),
    addresses: Object.values(objectOf(value, 'addresses') ?? {}).flatMap(addressesIn),
  }
}

function addressesIn(network: unknown): CloudAddress[] {
  if (!Array.isArray(network)) return []
  return network.flatMap((one) => {
    const read = address(one, 'address')
    if (!read.ok) return []
    const { addr, version } = read.value
    return [{ address: addr, version, floating: read.value['OS-EXT-IPS:type'] === 'floating' }]
  })
}

/** Statuses of Nova's (api-guide, "Server concepts") in the words of the contract. */
const STATUSES: Readonly<Record<string, MachineFact['status']>> = {
  ...{ BUILD: 'building', REBUILD: 'building' },
  ...{ ACTIVE: 'running', PASSWORD: 'running', REBOOT: 'running', HARD_REBOOT: 'running' },
  ...{ MIGRATING: 'running', VERIFY_RESIZE: 'running', REVERT_RESIZE: 'running', RESIZE: 'stopped' },
  ...{ ERROR: 'failed', DELETED: 'ending', SOFT_DELETED: 'ending' },
}

/** What is said of one of ours. One whose place does not answer (UNKNOWN) or that rests in any way is stopped. */
export function factOf(server: CloudServer): MachineFact {
  const status = server.task === 'deleting' ? 'ending' : (STATUSES[server.status] ?? 'stopped')
  return {
    name: server.machine ?? server.name,
    id: server.id,
    status,
    address: addressOf(server),
    since: server.createdAt,
    why: status === 'failed' ? 'Nova says ERROR' : null,
  }
}

const fault = shape({ server: shape({ fault: nullable(shape({ message: text(100_000) })) }) })

/** Why a server failed, from "Show Server Details"; null where that is not said. */
export function faultIn(body: unknown): string | null {
  const read = fault(body, '')
  const message = read.ok ? (read.value.server.fault?.message ?? '') : ''
  return message === '' ? null : withoutSecrets(message, [])
}

/** A floating address is there to be reached by; else a public one before a private one, and IPv4 before IPv6. */
function addressOf({ addresses, said }: CloudServer): string | null {
  const rank = (one: CloudAddress): number =>
    one.floating ? 0 : one.version === 4 ? (isInner(one.address) ? 3 : 1) : 2
  const best = [...addresses].sort((one, other) => rank(one) - rank(other))[0]
  return best !== undefined && rank(best) === 0 ? best.address : (said ?? best?.address ?? null)
}

/** RFC 1918, and RFC 6598 for those that clouds use among themselves. */
export function isInner(address: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.)/.test(
    address,
  )
}

/** Of several with one name: the first that was made, which is the one that is meant. */
export function eldest(servers: readonly CloudServer[]): CloudServer | undefined {
  return [...servers].sort(byAge)[0]
}

export function byAge(one: CloudServer, other: CloudServer): number {
  return (one.createdAt ?? 0) - (other.createdAt ?? 0) || (one.id < other.id ? -1 : 1)
}

export interface ServerWish {
  name: string
  mark: string
  flavorId: string
  imageId: string
  /** Networks by id, for Nova to make ports in; or a port of ours. At least one. */
  networks: readonly ({ uuid: string } | { port: string })[]
  securityGroupId: string | null
  keypair: string | null
  userDataBase64: string
  address: string | null
  configDrive: boolean
  /** A root disk of its own of so many GB; null: the flavour's. */
  volumeGb: number | null
  volumeType: string | null
  zone: string | null
  /** Spoken with this Nova. */
  microversion: string | null
}

/** The body of "Create server". Throws MachineError where Nova would refuse it for its size. */
export function serverBody(wish: ServerWish): object {
  if (wish.userDataBase64.length > USER_DATA_BASE64_CHARS_MAX)
    throw new MachineError(
      'refused',
      `what ${wish.name} shall run at its start is too long for Nova: ${wish.userDataBase64.length} characters, and ${USER_DATA_BASE64_CHARS_MAX} may be`,
    )
  const { volumeGb, volumeType, microversion } = wish
  // Up to 2.66 a volume is of the cloud's default type.
  const type =
    volumeType !== null && microversion !== null && compare(microversion, '2.67') >= 0
      ? { volume_type: volumeType }
      : {}
  const disk =
    volumeGb === null
      ? { imageRef: wish.imageId }
      : {
          block_device_mapping_v2: [
            {
              ...{ boot_index: 0, uuid: wish.imageId, source_type: 'image', destination_type: 'volume' },
              ...{ volume_size: volumeGb, delete_on_termination: true },
              ...type,
            },
          ],
        }
  return {
    server: {
      name: wish.name,
      flavorRef: wish.flavorId,
      ...disk,
      networks: wish.networks,
      // A port of ours has its own group; Nova takes this for the ports that it makes.
      ...(wish.securityGroupId === null ? {} : { security_groups: [{ name: wish.securityGroupId }] }),
      ...(wish.keypair === null ? {} : { key_name: wish.keypair }),
      ...(wish.zone === null ? {} : { availability_zone: wish.zone }),
      ...(wish.configDrive ? { config_drive: true } : {}),
      user_data: wish.userDataBase64,
      metadata: {
        [MARK_KEY]: wish.mark,
        [NAME_KEY]: wish.name,
        ...(wish.address === null ? {} : { [ADDRESS_KEY]: wish.address }),
      },
    },
  }
}

function objectOf(value: unknown, name: string): Record<string, unknown> | null {
  const found = (value as Record<string, unknown> | null)?.[name]
  return typeof found === 'object' && found !== null && !Array.isArray(found)
    ? (found as Record<string, unknown>)
    : null
}
