/** A real BIND on a loopback port, with a zone that takes updates. */
import { type ChildProcess, spawn } from 'node:child_process'
import { Resolver } from 'node:dns/promises'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runProgram } from '../docker/machine'
import { freePort, removeFolder, temporaryFolder, until } from './machine'

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
  if (!existsSync(PROGRAM)) await install()
  const folder = temporaryFolder('named')
  const port = await freePort()
  writeFileSync(join(folder, 'zone.db'), zoneText(ZONE, ['taken.pubs IN A 192.0.2.99']))
  const own = [`social IN CNAME alice.${DOMAIN}.`, `elsewhere IN CNAME bob.${DOMAIN}.`]
  writeFileSync(join(folder, 'own.db'), zoneText(OWN_ZONE, own))
  writeFileSync(join(folder, 'named.conf'), configText(folder, port))
  let child: ChildProcess | null = null
  let said = ''
  const resolver = () => {
    const one = new Resolver({ timeout: 2_000, tries: 2 })
    one.setServers([`127.0.0.1:${port}`])
    return one
  }
  const start = async (): Promise<void> => {
    child = spawn(PROGRAM, ['-g', '-n', '1', '-c', join(folder, 'named.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    child.stderr?.on('data', (bytes: Buffer) => {
      said += bytes.toString()
    })
    await until(
      'the name server to answer',
      async () => (await resolver().resolve4(`ns.${ZONE}`)).length,
      60_000,
    ).catch((error: Error) => {
      throw new Error(`${error.message}; it said:\n${said.slice(-3_000)}`)
    })
  }
  const kill = async (): Promise<void> => {
    const running = child
    child = null
    if (running === null || running.exitCode !== null) return
    const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()))
    running.kill('SIGKILL')
    await ended
  }
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

async function install(): Promise<void> {
  const command = 'apt-get install -y --no-install-recommends bind9'
  const may = process.env.CI === 'true' || process.env.BUTTCLOUD_TEST_INSTALL === '1'
  if (!may || process.getuid?.() !== 0)
    throw new Error(
      `updates are tried against ${PROGRAM}, which is not there: run \`${command}\` as root, or set BUTTCLOUD_TEST_INSTALL=1 as root and the tests do it`,
    )
  const environment = { DEBIAN_FRONTEND: 'noninteractive' }
  await runProgram('apt-get', ['update', '-qq'], { environment })
  await runProgram('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'bind9'], { environment })
}
