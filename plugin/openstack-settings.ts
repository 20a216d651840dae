/** `openstack` of the machines' settings, checked: which cloud, and what is rented there. */
import {
  type Check,
  describeRefusal,
  flag,
  list,
  nullable,
  refuse,
  shape,
  text,
  whole,
} from '../protocol/check'
import { OPENSTACK_NETWORKS_MAX, OPENSTACK_VOLUME_GB_MAX } from '../protocol/limits-openstack'
import { isCloudName } from './openstack-credentials'

export interface OpenstackSettings {
  /** clouds.yaml, or the rc file with OS_* lines; absolute, or in the provider's folder. For the operator alone to read. */
  credentialsFile: string
  /** Which cloud of a clouds.yaml; null: the only one. */
  cloud: string | null
  /** Null: what the credentials say. */
  region: string | null
  /** Each by name or id. */
  flavor: string
  image: string
  /** At least one; the first is the one that members come by. */
  networks: string[]
  /** The outside network that gives each machine an address of its own; null: machines are reached by their network's. */
  floating: string | null
  /** A key pair that Nova knows; null: nobody logs in. */
  keypair: string | null
  /** One that is there already; null: ours, which is made and kept by us. */
  securityGroup: string | null
  /** Whether our security group lets everybody try SSH. */
  ssh: boolean
  /** A root disk of its own; null: the flavour's. */
  volumeGb: number | null
  volumeType: string | null
  availabilityZone: string | null
  configDrive: boolean
  /** Where machines find this package; null: npm's registry. */
  package: string | null
  /** What it has to be, in hex; null where its address is enough to trust it. */
  sha256: string | null
}

const cloudName: Check<string> = (value, field) =>
  typeof value === 'string' && isCloudName(value)
    ? { ok: true, value }
    : refuse(field, 'a name or an id, as the cloud has it', value)

const sum: Check<string> = (value, field) =>
  typeof value === 'string' && /^[0-9a-f]{64}$/i.test(value)
    ? { ok: true, value: value.toLowerCase() }
    : refuse(field, '64 hexadecimal digits', value)

const fields = {
  credentialsFile: cloudName,
  cloud: nullable(cloudName),
  region: nullable(cloudName),
  flavor: cloudName,
  image: cloudName,
  networks: list(cloudName, 1, OPENSTACK_NETWORKS_MAX),
  floating: nullable(cloudName),
  keypair: nullable(cloudName),
  securityGroup: nullable(cloudName),
  ssh: nullable(flag),
  volumeGb: nullable(whole(1, OPENSTACK_VOLUME_GB_MAX)),
  volumeType: nullable(cloudName),
  availabilityZone: nullable(cloudName),
  configDrive: nullable(flag),
  package: nullable(text(2_000)),
  sha256: nullable(sum),
}
const settings = shape(fields)

/** Throws a sentence that names the key, what is there and what should be. `place` is where it stands in config.json. */
export function readOpenstackSettings(value: unknown, place = 'machines.openstack'): OpenstackSettings {
  const fail = (why: string): never => {
    throw new Error(`The settings of machines can't be used: ${why}. docs/OPERATORS.md shows them.`)
  }
  const read = settings(value, place)
  if (!read.ok) return fail(describeRefusal(read))
  const strange = Object.keys(value as object).find((name) => !Object.hasOwn(fields, name))
  if (strange !== undefined)
    fail(`${place} has no setting "${strange.slice(0, 40)}"; it takes ${Object.keys(fields).join(', ')}`)
  const { ssh, configDrive, ...rest } = read.value
  if (rest.securityGroup !== null && ssh !== null)
    fail(`${place}.ssh is about our own security group, and ${place}.securityGroup names another`)
  if (rest.volumeType !== null && rest.volumeGb === null) fail(`${place}.volumeType needs ${place}.volumeGb`)
  return { ...rest, ssh: ssh ?? false, configDrive: configDrive ?? true }
}
