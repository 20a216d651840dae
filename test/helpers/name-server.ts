/** A real BIND on a loopback port, with a zone that takes updates. */
import { Resolver } from 'node:dns/promises'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { driven, needPrograms } from './debian'
import { freePort, removeFolder, temporaryFolder } from './machine'

const PROGRAM = '/usr/sbin/named'
export const ZONE = 'example.org'
/** A zone of an owner's own, with one name that leads to alice's pub. */
export const OWN_ZONE = 'example.net'
/** Below this the keys of KEYS may change everything. */
export const DOMAIN = 'pubs.example.org'

/** Keys that it knows; `stranger` may change nothing. */
export const KEYS = {
  pubs: {
    algorithm: 'hmac-sha256',
    secret: Buffer.from('a secret of thirty-two bytes, eh').toString('base64'),
  },
  long: {
    algorithm: 'hmac-sha512',
    secret: Buffer.from('another secret of thirty-two byt').toString('base64'),
  },
  stranger: {
    algorithm: 'hmac-sha256',
    secret: Buffer.from('what somebody else was given, ok').toString('base64'),
  },
} as const

export interface NameServer {
  port: number
  /** What it answers for a name and a type; none where there is nothing. */
  ask(host: string, type: 'A' | 'AAAA' | 'CNAME' | 'TXT'): Promise<string[]>
  /** kill -9; `start` starts it again on the same port and zone. */
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

/** Starts it; under CI it installs itself first. */
export async function startNameServer(): Promise<NameServer> {
  await needPrograms('updates are tried against a real BIND', ['named'], ['bind9'])
  const folder = temporaryFolder('named')
  const port = await freePort()
  writeFileSync(join(folder, 'zone.db'), zoneText(ZONE, ['taken.pubs IN A 192.0.2.99']))
  const own = [`social IN CNAME alice.${DOMAIN}.`, `elsewhere IN CNAME bob.${DOMAIN}.`]
  writeFileSync(join(folder, 'own.db'), zoneText(OWN_ZONE, own))
  writeFileSync(join(folder, 'named.conf'), configText(folder, port))
  const resolver = () => {
    const one = new Resolver({ timeout: 2_000, tries: 2 })
    one.setServers([`127.0.0.1:${port}`])
    return one
  }
  const { start, kill } = driven(
    [PROGRAM, '-g', '-n', '1', '-c', join(folder, 'named.conf')],
    async () => (await resolver().resolve4(`ns.${ZONE}`)).length > 0,
  )
  await start()
  return {
    port,
    async ask(host, type) {
      try {
        const found: unknown[] = await resolver().resolve(host, type as 'A')
        return found.map((one) => (Array.isArray(one) ? one.join('') : String(one)))
      } catch (error) {
        const { code } = error as { code?: string }
        if (code === 'ENOTFOUND' || code === 'ENODATA') return []
        throw error
      }
    },
    ...{ kill, start },
    async stop() {
      await kill()
      removeFolder(folder)
    },
  }
}

function zoneText(zone: string, records: string[]): string {
  return [
    '$TTL 60',
    `@ IN SOA ns.${zone}. nobody.${zone}. 1 3600 600 86400 60`,
    `@ IN NS ns.${zone}.`,
    'ns IN A 127.0.0.1',
    ...records,
    '',
  ].join('\n')
}

function configText(folder: string, port: number): string {
  const keys = Object.entries(KEYS).map(
    ([name, { algorithm, secret }]) => `key "${name}" { algorithm ${algorithm}; secret "${secret}"; };`,
  )
  return [
    ...keys,
    'controls { };',
    `options { directory "${folder}"; pid-file none; lock-file none; session-keyfile "${folder}/session.key";`,
    `  managed-keys-directory "${folder}"; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };`,
    '  recursion no; dnssec-validation no; notify no; empty-zones-enable no; };',
    `zone "${ZONE}" { type primary; file "${folder}/zone.db"; journal "${folder}/zone.jnl";`,
    `  update-policy { grant pubs subdomain ${DOMAIN} ANY; grant long subdomain ${DOMAIN} ANY; }; };`,
    `zone "${OWN_ZONE}" { type primary; file "${folder}/own.db"; };`,
    '',
  ].join('\n')
}
