/** The one line that an operator pastes on a fresh Debian server, which then is a hub. */

export interface HubLineWish {
  token: string
  /** The name or address by which members reach the server. */
  host: string
  label?: string
  /** An address, or a file on that server. */
  package: string
  /** Of the package, in hex; null where its address is enough to trust it. */
  sha256: string | null
}

/** Where npm's registry keeps a version of ours. */
export const registryAddress = (version: string): string =>
  `https://registry.npmjs.org/buttcloud/-/buttcloud-${version}.tgz`

const IN_PACKAGE = 'package/hub-daemon/join.sh'
const PLAIN_WORD = /^[A-Za-z0-9_@%+=:,./~-]+$/

/** One word for a shell, whatever is in it. */
export function shellWord(text: string): string {
  return PLAIN_WORD.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`
}

/** Why a package can't be named like this; null where it can. */
export function packageTrouble(place: string, sha256: string | null): string | null {
  if (/[\n\r]/.test(place)) return 'it is one line'
  if (!/^https?:\/\//.test(place))
    return place.startsWith('/') && place.endsWith('.tgz')
      ? null
      : 'it is an https:// address, or the whole path of a .tgz file on that server'
  if (sha256 === null && place.startsWith('http://'))
    return 'without TLS anybody on the way could give another one; say its --sha256, too'
  return null
}

/**
 * The line. It needs a shell, tar and apt-get; curl is installed where it is missing. The script lies in the package, so
 * that there is one thing to fetch and to trust.
 */
export function hubLine(wish: HubLineWish): string {
  const { token, host, label, sha256 } = wish
  const remote = /^https?:\/\//.test(wish.package)
  const file = remote ? '"$D/buttcloud.tgz"' : shellWord(wish.package)
  const curl =
    '{ command -v curl >/dev/null || { apt-get update -q && apt-get install -yq curl ca-certificates; }; }'
  const words = ['--package', file, '--host', shellWord(host), '--join', shellWord(token)]
  return [
    'D=$(mktemp -d)',
    ...(remote ? [curl, `curl -fsSLo ${file} ${shellWord(wish.package)}`] : []),
    ...(sha256 === null ? [] : [`echo ${sha256}'  '${file} | sha256sum -c --quiet`]),
    `tar -xzOf ${file} ${IN_PACKAGE} >"$D/join.sh"`,
    ['sh', '"$D/join.sh"', ...words, ...(label === undefined ? [] : ['--label', shellWord(label)])].join(' '),
  ].join(' && ')
}
