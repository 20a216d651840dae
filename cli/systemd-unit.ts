/** What systemd is told of our programs, as text. */

export const INSTALLABLE = ['provider', 'hub', 'billing'] as const
export type Installable = (typeof INSTALLABLE)[number]

/** The system's user that they run as, and the folder that is theirs. */
export const SERVICE_USER = 'buttcloud'
export const STATE_FOLDER = '/var/lib/buttcloud'

export interface UnitWish {
  program: Installable
  /** Absolute paths. */
  node: string
  main: string
  /** Further options of the program. */
  options: readonly string[]
  /** The machine has Docker's group: a hub may speak to Docker. */
  docker: boolean
}

const WHAT: Record<Installable, string> = {
  provider: 'ButtCloud provider',
  hub: 'ButtCloud hub',
  billing: 'ButtCloud billing bridge',
}

export const unitName = (program: Installable): string => `buttcloud-${program}.service`
export const unitPath = (program: Installable): string => `/etc/systemd/system/${unitName(program)}`
/** Tokens and keys, one VARIABLE=value a line; for root only. */
export const environmentPath = (program: Installable): string => `/etc/buttcloud/${program}.env`

/** One word of a command line as systemd reads it. Throws where it can't be said. */
export function quoted(word: string): string {
  if (/[\n\r\0]/.test(word)) throw new Error('an option of a service has no line ends in it')
  const plain = word.replace(/%/g, '%%').replace(/\$/g, '$$$$')
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(plain) ? plain : `"${plain.replace(/["\\]/g, '\\$&')}"`
}

/**
 * The unit. Everything is taken away that none of our programs needs; what V8 needs stays (memory that is written, then
 * run). A stop may take half a minute: messages are written and connections ended.
 */
export function unitText(wish: UnitWish): string {
  const { program, node, main, options, docker } = wish
  const words = [node, '--no-deprecation', main, program, '--path', `${STATE_FOLDER}/${program}`, ...options]
  const group = program === 'hub' && docker ? ['SupplementaryGroups=docker'] : []
  const after = program === 'hub' && docker ? 'network-online.target docker.service' : 'network-online.target'
  return `${[
    '[Unit]',
    `Description=${WHAT[program]}`,
    'Wants=network-online.target',
    `After=${after}`,
    '',
    '[Service]',
    `ExecStart=${words.map(quoted).join(' ')}`,
    `User=${SERVICE_USER}`,
    ...group,
    `StateDirectory=buttcloud`,
    'StateDirectoryMode=0700',
    `WorkingDirectory=${STATE_FOLDER}`,
    `Environment=HOME=${STATE_FOLDER} BUTTCLOUD_DIR=${STATE_FOLDER}`,
    `EnvironmentFile=-${environmentPath(program)}`,
    'Restart=always',
    'RestartSec=5',
    'TimeoutStopSec=40',
    'KillMode=mixed',
    'LimitNOFILE=65536',
    'UMask=0077',
    'NoNewPrivileges=yes',
    'CapabilityBoundingSet=',
    'ProtectSystem=strict',
    'ProtectHome=yes',
    'PrivateTmp=yes',
    'PrivateDevices=yes',
    'ProtectKernelTunables=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelLogs=yes',
    'ProtectControlGroups=yes',
    'ProtectClock=yes',
    'ProtectHostname=yes',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'LockPersonality=yes',
    'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK',
    'SystemCallArchitectures=native',
    'SystemCallFilter=@system-service',
    'SystemCallErrorNumber=EPERM',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  ].join('\n')}\n`
}
