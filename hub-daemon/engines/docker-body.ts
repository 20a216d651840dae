/** What Docker is asked to make: the hardened container, its volume and the network, as plain data. */
import type { ContainerCreateOptions, ContainerInspectInfo } from 'dockerode'
import type { FeedId, PubId } from '../../protocol/ids'
import {
  RUN_CPUS,
  RUN_OPEN_FILES_MAX,
  RUN_OUTPUT_BYTES_MAX,
  RUN_OUTPUT_PIECES,
  RUN_PROCESSES_MAX,
  RUN_TMP_BYTES,
} from '../../protocol/limits'
import type { DockerSettings } from './docker-options'
import type { Run, RunFact } from './engine'

export const LABEL_HUB = 'org.buttcloud.hub'
export const LABEL_PUB = 'org.buttcloud.pub'
export const LABEL_EPOCH = 'org.buttcloud.epoch'
export const LABEL_SHAPE = 'org.buttcloud.shape'
/** Of a container in which nothing ever runs: the least that Docker takes, and some. */
const READER_MEMORY_BYTES = 16 * 1024 * 1024
/** Where the volume is inside, and where the pub's entry looks for it. */
export const DATA_PATH = '/data'

/** Tells whose a container or volume is; all that survives of a run in Docker's own books. */
export function labelsOf(hub: FeedId, run: Run): Record<string, string> {
  return {
    [LABEL_HUB]: hub,
    [LABEL_PUB]: run.pub,
    [LABEL_EPOCH]: String(run.epoch),
    [LABEL_SHAPE]: run.shape,
  }
}

/**
 * The container of one run, hardened as the CIS Docker benchmark 1.6 (5.1 to 5.32) and OWASP's sheet ask, with one
 * knowing exception: the restart policy is `no` (CIS 5.15 wants on-failure:5), because after a reboot only the hub,
 * which knows the epoch, may start a pub.
 */
export function containerBody(run: Run, options: DockerSettings): ContainerCreateOptions {
  const ports = run.web === null ? [run.port] : [run.port, run.web]
  const perPort = <T>(of: (port: number) => T) =>
    Object.fromEntries(ports.map((port) => [`${port}/tcp`, of(port)]))
  return {
    name: run.name,
    Image: run.image ?? options.image,
    Hostname: run.name,
    User: `${options.user.uid}:${options.user.gid}`,
    // Inside it listens everywhere; which address it has outside is said by the published port.
    Env: Object.entries({ ...run.environment, PUB_DATA: DATA_PATH, PUB_LISTEN: '0.0.0.0' }).map(
      ([key, value]) => `${key}=${value}`,
    ),
    Labels: labelsOf(options.hub, run),
    ExposedPorts: perPort(() => ({})),
    // The image's own health check is for people who run it by hand; 300 pubs that spawn node twice a minute would
    // eat the machine, and the hub probes from outside anyway.
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      Mounts: [{ Type: 'volume', Source: run.name, Target: DATA_PATH }],
      PortBindings: perPort((port) => [{ HostIp: options.bind, HostPort: String(port) }]),
      NetworkMode: options.network,
      RestartPolicy: { Name: 'no' },
      Privileged: false,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      Tmpfs: { '/tmp': `rw,noexec,nosuid,nodev,size=${RUN_TMP_BYTES}` },
      IpcMode: 'private',
      Memory: run.memoryBytes,
      // The same as Memory: no swap, so that the limit is the limit.
      MemorySwap: run.memoryBytes,
      MemoryReservation: Math.min(run.reservedBytes, run.memoryBytes),
      NanoCpus: RUN_CPUS * 1e9,
      PidsLimit: RUN_PROCESSES_MAX,
      Ulimits: [{ Name: 'nofile', Soft: RUN_OPEN_FILES_MAX, Hard: RUN_OPEN_FILES_MAX }],
      LogConfig: {
        Type: 'json-file',
        Config: { 'max-size': String(RUN_OUTPUT_BYTES_MAX), 'max-file': String(RUN_OUTPUT_PIECES) },
      },
    },
  }
}

/**
 * The container that a volume is read through. It is never started; it is hardened like the others all the same, for whoever
 * starts it by hand, and may then do nothing.
 */
export function readerBody(
  name: string,
  volume: string,
  image: string,
  options: DockerSettings,
): ContainerCreateOptions {
  return {
    name,
    Image: image,
    User: `${options.user.uid}:${options.user.gid}`,
    Entrypoint: ['/bin/false'],
    Cmd: [],
    Labels: { [LABEL_HUB]: options.hub },
    Healthcheck: { Test: ['NONE'] },
    NetworkDisabled: true,
    HostConfig: {
      // NoCopy: an empty volume would get what the image has at that place.
      Mounts: [
        {
          ...{ Type: 'volume', Source: volume, Target: DATA_PATH, ReadOnly: true },
          VolumeOptions: { NoCopy: true, Labels: {}, DriverConfig: { Name: '', Options: {} } },
        },
      ],
      NetworkMode: 'none',
      RestartPolicy: { Name: 'no' },
      Privileged: false,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      IpcMode: 'private',
      Memory: READER_MEMORY_BYTES,
      MemorySwap: READER_MEMORY_BYTES,
      NanoCpus: RUN_CPUS * 1e9,
      PidsLimit: 1,
      Ulimits: [{ Name: 'nofile', Soft: RUN_OPEN_FILES_MAX, Hard: RUN_OPEN_FILES_MAX }],
      LogConfig: { Type: 'none', Config: {} },
    },
  }
}

/** What an inspected container says of its run. */
export function factOf(name: string, info: Pick<ContainerInspectInfo, 'State' | 'Config'>): RunFact {
  const labels = info.Config.Labels ?? {}
  const status = statusWord(info.State.Status)
  return {
    name,
    pub: (labels[LABEL_PUB] ?? '') as PubId,
    epoch: Number(labels[LABEL_EPOCH] ?? 0),
    shape: labels[LABEL_SHAPE] ?? '',
    status,
    exitCode: status === 'exited' ? info.State.ExitCode : null,
    outOfMemory: info.State.OOMKilled === true,
    since:
      status === 'created'
        ? null
        : millisOf(status === 'running' ? info.State.StartedAt : info.State.FinishedAt),
  }
}

function statusWord(state: string): RunFact['status'] {
  if (state === 'created') return 'created'
  // A paused or restarting one still holds port and volume.
  return state === 'running' || state === 'paused' || state === 'restarting' ? 'running' : 'exited'
}

/** Docker writes the year 1 for never. */
function millisOf(time: string): number | null {
  const millis = Date.parse(time)
  return Number.isFinite(millis) && millis > 0 ? millis : null
}
