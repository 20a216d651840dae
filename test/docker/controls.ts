/** How hardened a container is, asked of `docker inspect`. */
import type { Run } from '../../hub-daemon/engines/engine'

/** What `docker inspect` says of a container, as far as it is looked at here. */
export interface Inspected {
  Config: { User: string; Env: string[]; Labels: Record<string, string> }
  HostConfig: Record<string, unknown>
  Mounts: { Type: string; Name: string; Destination: string; Source: string }[]
  NetworkSettings: {
    Networks: Record<string, unknown>
    Ports: Record<string, { HostIp: string; HostPort: string }[]>
  }
  AppArmorProfile: string
}

/** Section 5 of the CIS Docker benchmark 1.6 as questions to `inspect`; the number is the control's. */
export const CONTROLS: [
  string,
  string,
  (info: Inspected, run: Pick<Run, 'port' | 'memoryBytes' | 'web'>) => boolean,
][] = [
  [
    '5.2',
    'no security option is taken off',
    ({ HostConfig }) => !/unconfined/.test(JSON.stringify(HostConfig.SecurityOpt)),
  ],
  [
    '5.4',
    'no capability is added, all are dropped',
    ({ HostConfig }) => (HostConfig.CapAdd ?? null) === null && String(HostConfig.CapDrop) === 'ALL',
  ],
  ['5.5', 'not privileged', ({ HostConfig }) => HostConfig.Privileged === false],
  [
    '5.6',
    'nothing of the host is mounted',
    ({ Mounts, HostConfig }) =>
      Mounts.every(({ Type }) => Type === 'volume') &&
      // Compose names volumes here; a path of the host would begin with a slash.
      ((HostConfig.Binds ?? []) as string[]).every((bind) => !bind.startsWith('/')),
  ],
  [
    '5.8',
    'no port below 1024',
    ({ NetworkSettings }) =>
      Object.keys(NetworkSettings.Ports).every((port) => Number.parseInt(port, 10) > 1024),
  ],
  [
    '5.9',
    'only its own ports are published',
    ({ NetworkSettings }, run) =>
      String(Object.keys(NetworkSettings.Ports).sort()) ===
      String([run.port, ...(run.web === null ? [] : [run.web])].map((port) => `${port}/tcp`).sort()),
  ],
  ['5.10', 'not in the network of the host', ({ HostConfig }) => HostConfig.NetworkMode === 'buttcloud'],
  [
    '5.11',
    'memory is limited, swap included',
    ({ HostConfig }, run) =>
      HostConfig.Memory === run.memoryBytes && HostConfig.MemorySwap === run.memoryBytes,
  ],
  ['5.12', 'processor is limited', ({ HostConfig }) => Number(HostConfig.NanoCpus) > 0],
  ['5.13', 'root file system can only be read', ({ HostConfig }) => HostConfig.ReadonlyRootfs === true],
  [
    '5.14',
    'the port is bound to one address',
    ({ NetworkSettings }) =>
      Object.values(NetworkSettings.Ports).every(
        (bound) => bound.length === 1 && bound[0]?.HostIp === '127.0.0.1',
      ),
  ],
  [
    '5.15',
    'Docker never restarts it by itself (ours: no)',
    ({ HostConfig }) => (HostConfig.RestartPolicy as { Name: string }).Name === 'no',
  ],
  ['5.16', 'not in the process space of the host', ({ HostConfig }) => HostConfig.PidMode === ''],
  ['5.17', 'shares no memory with others', ({ HostConfig }) => HostConfig.IpcMode === 'private'],
  ['5.18', 'no device', ({ HostConfig }) => ((HostConfig.Devices ?? []) as unknown[]).length === 0],
  ['5.19', 'open files are limited', ({ HostConfig }) => /"nofile"/.test(JSON.stringify(HostConfig.Ulimits))],
  ['5.20', 'no mount that spreads', ({ Mounts }) => !/shared/.test(JSON.stringify(Mounts))],
  ['5.21', 'not in the name space of the host', ({ HostConfig }) => HostConfig.UTSMode === ''],
  ['5.26', 'gains no privileges', ({ HostConfig }) => String(HostConfig.SecurityOpt) === 'no-new-privileges'],
  ['5.29', 'processes are limited', ({ HostConfig }) => Number(HostConfig.PidsLimit) > 0],
  [
    '5.30',
    'not on the common bridge',
    ({ NetworkSettings }) => String(Object.keys(NetworkSettings.Networks)) === 'buttcloud',
  ],
  ['5.31', 'not in the user space of the host', ({ HostConfig }) => HostConfig.UsernsMode === ''],
  ['5.32', 'no Docker socket', ({ Mounts }) => !/docker\.sock/.test(JSON.stringify(Mounts))],
  ['user', 'not root', ({ Config }) => Config.User === '1000:1000'],
  [
    'logs',
    'output is bounded',
    ({ HostConfig }) => {
      const { Config } = HostConfig.LogConfig as { Config: Record<string, string> }
      return Number(Config['max-file']) > 0 && Number.parseInt(Config['max-size'] ?? '', 10) > 0
    },
  ],
  [
    'tmp',
    '/tmp is small and runs nothing',
    ({ HostConfig }) => /noexec,nosuid,.*size=\d+/.test(JSON.stringify(HostConfig.Tmpfs)),
  ],
]
