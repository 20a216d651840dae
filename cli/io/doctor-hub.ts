/** What `doctor` looks at of the hubs of this machine: whether they reach their provider, and their Caddy. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readJson } from '../../sbot/durable'
import { type Finding, finding, judgeCaddy } from '../doctor'
import { firstLine } from '../failure'
import { accepts } from './ports'

const TCP_MS = 4_000

/** The folders of hubs below the folder of everything. */
export function hubFolders(dir: string): string[] {
  if (!existsSync(dir)) return []
  const names = readdirSync(dir).filter((name) => /^hub(?:-\d+)?$/.test(name))
  return names.map((name) => join(dir, name)).filter((folder) => existsSync(join(folder, 'hub.json')))
}

/** Whether it could connect to its provider now. */
export async function hubOf(folder: string): Promise<Finding> {
  const { host, port, label } = membershipIn(folder)
  const what = `hub ${label}`
  const place = addressText(host, port)
  return (await accepts(host, port, TCP_MS))
    ? finding(what, 'good', `reaches its provider at ${place}`)
    : finding(
        what,
        'bad',
        `does not reach its provider at ${place}`,
        'Look whether the provider runs, and what lies between: names, firewalls, ports',
      )
}

/** Whether the Caddy answers by which it serves pages by HTTPS; nothing where it drives none. */
export async function caddyOf(folder: string): Promise<Finding[]> {
  const { label } = membershipIn(folder)
  try {
    // Only here: whoever has no hub shall not wait until all of it is read in.
    const { lookAtCaddy } = await import('../../hub-daemon/main.js')
    const look = await lookAtCaddy(folder)
    return look === null ? [] : [judgeCaddy(label, look)]
  } catch (error) {
    return [judgeCaddy(label, firstLine(error).replace(/\.$/, ''))]
  }
}

const membershipIn = (folder: string) =>
  readJson(join(folder, 'hub.json')) as { host: string; port: number; label: string }

const addressText = (host: string, port: number): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
