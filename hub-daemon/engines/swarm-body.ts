/** What Swarm is asked to make: the hardened service of one run, as plain data. */
import type { Privileges, ServiceSpec } from 'dockerode'
import {
  RUN_CPUS,
  RUN_OPEN_FILES_MAX,
  RUN_OUTPUT_BYTES_MAX,
  RUN_OUTPUT_PIECES,
  RUN_PROCESSES_MAX,
  RUN_TMP_BYTES,
} from '../../protocol/limits'
import { DATA_PATH, LABEL_HUB, labelsOf } from './docker-body'
import type { Run } from './engine'
import { isBelow, NO_NEW_PRIVILEGES_API } from './swarm-flags'
import type { SwarmSettings } from './swarm-options'

const NANOSECONDS_PER_MS = 1_000_000
/** Newer than the types of the client. */
const NO_NEW_PRIVILEGES: Privileges = { NoNewPrivileges: true } as object
const READ_WRITE_BY_OWNER = 0o600

/** What only the swarm knows when a service is made. */
export interface Place {
  api: string
  /** By id or digest, so that every node runs the very same bytes. */
  image: string
  secretId: string
  /** The node that the volume lies on; null where every node can have it. */
  node: string | null
}

/**
 * The service of one run, made with nothing running. Restart condition `none`: what has ended is begun again by the hub
 * alone, which knows the epoch; it only says that, and Swarm says where.
 */
export function serviceBody(run: Run, settings: SwarmSettings, place: Place): ServiceSpec {
  const ports = run.web === null ? [run.port] : [run.port, run.web]
  return {
    Name: run.name,
    Labels: labelsOf(settings.hub, run),
    TaskTemplate: {
      ...common(settings, place),
      ContainerSpec: {
        ...container(settings, place),
        Hostname: run.name,
        Env: Object.entries({ ...run.environment, PUB_DATA: DATA_PATH, PUB_LISTEN: '0.0.0.0' }).map(
          ([key, value]) => `${key}=${value}`,
        ),
        Labels: labelsOf(settings.hub, run),
        Mounts: [
          volumeMount(run.name, labelsOf(settings.hub, run), settings),
          // Swarm's tmpfs is noexec, nosuid and nodev by itself.
          {
            ...{ Type: 'tmpfs', Target: '/tmp', Source: '' },
            TmpfsOptions: { SizeBytes: RUN_TMP_BYTES, Mode: 0o1777 },
          },
        ],
        // Over the volume, in memory: a node that is stolen or sold has no keys on its disk.
        Secrets: [
          {
            SecretID: place.secretId,
            SecretName: run.name,
            File: {
              Name: `${DATA_PATH}/secret`,
              UID: String(settings.user.uid),
              GID: String(settings.user.gid),
              Mode: READ_WRITE_BY_OWNER,
            },
          },
        ],
      },
      Resources: {
        Limits: {
          NanoCPUs: RUN_CPUS * 1e9,
          MemoryBytes: run.memoryBytes,
          Pids: RUN_PROCESSES_MAX,
        },
        Reservations: { MemoryBytes: Math.min(run.reservedBytes, run.memoryBytes) },
      },
    },
    Mode: { Replicated: { Replicas: 0 } },
    UpdateConfig: { Parallelism: 1, Order: 'stop-first', FailureAction: 'pause' },
    RollbackConfig: { Parallelism: 1, Order: 'stop-first', FailureAction: 'pause' },
    EndpointSpec: {
      Mode: 'vip',
      Ports: ports.map((port) => ({
        ...{ Protocol: 'tcp', TargetPort: port, PublishedPort: port },
        PublishMode: settings.ports,
      })),
    },
  }
}

/** A task that empties a volume on a node where nobody else can: it ends by itself, and has no port and no secret. */
export function wipeBody(
  name: string,
  volume: string,
  settings: SwarmSettings,
  place: Omit<Place, 'secretId'>,
): ServiceSpec {
  const labels = { [LABEL_HUB]: settings.hub }
  return {
    Name: name,
    Labels: labels,
    TaskTemplate: {
      ...common(settings, place),
      ContainerSpec: {
        ...container(settings, place),
        Labels: labels,
        Command: ['find', DATA_PATH, '-mindepth', '1', '-delete'],
        Mounts: [volumeMount(volume, labels, settings)],
      },
    },
    Mode: { Replicated: { Replicas: 1 } },
  }
}

/** Of every task of ours. */
function common(settings: SwarmSettings, place: Omit<Place, 'secretId'>) {
  const pinned = place.node === null ? [] : [`node.id==${place.node}`]
  return {
    Networks: settings.ports === 'host' ? [{ Target: settings.network }] : [],
    RestartPolicy: { Condition: 'none' },
    Placement: { Constraints: [...settings.constraints, ...pinned] },
    LogDriver: {
      Name: 'json-file',
      Options: { 'max-size': String(RUN_OUTPUT_BYTES_MAX), 'max-file': String(RUN_OUTPUT_PIECES) },
    },
    ForceUpdate: 0,
  }
}

function container(settings: SwarmSettings, { image, api }: Omit<Place, 'secretId'>) {
  return {
    Image: image,
    User: `${settings.user.uid}:${settings.user.gid}`,
    ReadOnly: true,
    CapabilityDrop: ['ALL'],
    Ulimits: [{ Name: 'nofile', Soft: RUN_OPEN_FILES_MAX, Hard: RUN_OPEN_FILES_MAX }],
    // The hub looks from outside, as it does with containers.
    HealthCheck: { Test: ['NONE'] },
    StopGracePeriod: settings.graceMs * NANOSECONDS_PER_MS,
    // A manager that does not know it would leave it out without a word; that was asked about before.
    ...(isBelow(api, NO_NEW_PRIVILEGES_API) ? {} : { Privileges: NO_NEW_PRIVILEGES }),
  }
}

function volumeMount(name: string, labels: Record<string, string>, { volumeDriver }: SwarmSettings) {
  return {
    ...{ Type: 'volume' as const, Source: name, Target: DATA_PATH },
    VolumeOptions: {
      NoCopy: false,
      Labels: labels,
      DriverConfig: volumeDriver ?? { Name: '', Options: {} },
    },
  }
}
