/**
 * A network of its own for a test, so that two may run side by side: neither sees the other's ports, nor interfaces that
 * come and go, at which stock ssb-gossip cuts its connections. Where this machine gives none, tests run one by one.
 */
import { execFile } from 'node:child_process'

/** Loopback, and one more interface with an address, as every machine has that is on a network. */
const SET_UP = [
  'ip link set lo up',
  'ip link add outside type veth peer name inside',
  // No address that comes by itself a second later: that would be a change of the network, too.
  'ip link set outside addrgenmode none',
  'ip link set inside addrgenmode none',
  'ip addr add 192.168.77.2/24 dev outside',
  'ip link set outside up',
  'ip link set inside up',
  'exec "$@"',
].join(' && ')

/** What goes before a command so that it runs in a new network; null where that can't be had. */
export async function ownNetwork(): Promise<string[] | null> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null
  const before = ['unshare', '-n', 'sh', '-c', SET_UP, 'own-network']
  if (await works([...before, 'true'])) return before
  if (process.env.CI !== 'true') return null
  // A fresh server has no `ip`.
  await works(['apt-get', 'update', '-qq'])
  await works(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'iproute2'])
  return (await works([...before, 'true'])) ? before : null
}

function works([program = '', ...words]: string[]): Promise<boolean> {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return new Promise((resolve) => {
    execFile(program, words, { env: environment }, (error) => resolve(error === null))
  })
}
