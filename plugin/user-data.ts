/** What a rented machine runs at its first start: cloud-init reads it, and the machine becomes a hub by the same line as any server. */
import { hubLine } from '../protocol/hub-line'

export interface JoinWish {
  /** One-time: worth nothing once this machine has joined. */
  token: string
  label: string
  /** Where the machine finds the package. */
  package: string
  sha256: string | null
}

const SCRIPT = '/root/buttcloud-join.sh'
const APT = '/root/buttcloud-apt.conf'

/** So often the line is said, because mirrors and locks of a first start pass. */
const TRIES = 5
const PAUSE_SECONDS = 60

/**
 * `#cloud-config` with JSON behind it, which is YAML, too (cloudinit.readthedocs.io, "User data formats"). Only root may read the
 * script; it goes when the machine has joined.
 */
export function userData({ token, label, package: place, sha256 }: JoinWish): string {
  const line = hubLine({ token, label, package: place, sha256, host: 'auto' })
  const script = [
    '#!/bin/sh',
    '# Makes this machine a hub, once.',
    // cloud-init has none, and npm keeps things there.
    'export HOME=/root',
    // An image that brings itself up to date holds the locks for minutes.
    `printf 'DPkg::Lock::Timeout "600";\\n' >${APT}`,
    `export APT_CONFIG=${APT}`,
    'join() {',
    `  ${line}`,
    '}',
    'tries=0',
    'until join; do',
    '  tries=$((tries + 1))',
    `  [ "$tries" -lt ${TRIES} ] || exit 1`,
    `  sleep ${PAUSE_SECONDS}`,
    'done',
    `rm -f ${SCRIPT} ${APT}`,
    '',
  ].join('\n')
  const config = {
    write_files: [{ path: SCRIPT, owner: 'root:root', permissions: '0700', content: script }],
    runcmd: [['sh', SCRIPT]],
  }
  return `#cloud-config\n${JSON.stringify(config, null, 1)}\n`
}
