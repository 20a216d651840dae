/** What `doctor` finds, as judged from what was measured, and as text. Pure; io/doctor.ts looks. */
import type { HubView } from '../protocol/rpc'
import type { FleetPubView } from '../protocol/rpc-desk'
import type { DnsView } from '../protocol/rpc-dns'
import type { MachinesView } from '../protocol/rpc-machines'
import { bytesText, durationText } from '../protocol/units'
import type { Paint } from './render'

/** none: not there, and needs not be. */
export type Health = 'good' | 'warn' | 'bad' | 'none'

export interface Finding {
  what: string
  health: Health
  /** What is so, without a full stop. */
  words: string
  /** What to do about it; null where there is nothing to do. */
  todo: string | null
}

export const finding = (
  what: string,
  health: Health,
  words: string,
  todo: string | null = null,
): Finding => ({ what, health, words, todo })

const MEGABYTE = 1024 * 1024
/** A node writes its log, its indexes anew and a file beside each that it replaces; below this that begins to fail. */
const DISK_BAD_BYTES = 100 * MEGABYTE
const DISK_WARN_BYTES = 1024 * MEGABYTE

/** Free disk under our folder. */
export function judgeDisk(folder: string, freeBytes: number): Finding {
  const words = `${bytesText(freeBytes)} free for ${folder}`
  if (freeBytes < DISK_BAD_BYTES)
    return finding('disk', 'bad', words, 'Make room before anything else: what can not be written is refused')
  return freeBytes < DISK_WARN_BYTES
    ? finding('disk', 'warn', words, 'Make some room soon')
    : finding('disk', 'good', words)
}

/** The secret handshake needs no clock, but dates that were promised and the order in which clients show messages do. */
const CLOCK_WARN_MS = 30_000
const CLOCK_BAD_MS = 5 * 60_000

/** How far our clock is from the provider's; the answer took `tripMs`, so half of that is not known. */
export function judgeClock(aheadMs: number, tripMs: number): Finding {
  const away = Math.max(0, Math.abs(aheadMs) - tripMs / 2)
  const words = `${durationText(away)} ${aheadMs < 0 ? 'behind' : 'ahead of'} the provider's`
  if (away < CLOCK_WARN_MS) return finding('clock', 'good', "agrees with the provider's")
  return finding(
    'clock',
    away < CLOCK_BAD_MS ? 'warn' : 'bad',
    words,
    'Set one of the two right: let a time service (NTP) do it',
  )
}

/** What a provider on this machine says of its hubs. */
export function judgeHubs(hubs: HubView[]): Finding {
  const there = hubs.filter(({ status }) => status !== 'retired')
  const silent = there.filter(({ connected }) => !connected)
  if (there.length === 0)
    return finding(
      'provider here',
      'warn',
      'runs, and no server has joined it',
      'Get a token for one: buttcloud admin hub-token',
    )
  const pubs = there.reduce((sum, hub) => sum + hub.pubs, 0)
  const words = `runs, with ${counted(there.length, 'server')} and ${counted(pubs, 'pub')}`
  if (silent.length === 0) return finding('provider here', 'good', words)
  return finding(
    'provider here',
    'bad',
    `${words}; out of reach: ${silent.map(({ label }) => label).join(', ')}`,
    'Look whether `buttcloud hub` runs there, and whether that server reaches this one',
  )
}

/** The Caddy of a hub of this machine: what it has of it, or what it says instead. */
export function judgeCaddy(label: string, seen: { place: string; names: number } | string): Finding {
  const what = `Caddy of ${label}`
  if (typeof seen !== 'string')
    return finding(
      what,
      'good',
      `answers at ${seen.place}, and has ${counted(seen.names, 'name')} of its pubs`,
    )
  const todo = "Look whether Caddy runs here and what the hub's log says, or start the hub without --caddy"
  return finding(what, 'bad', seen, todo)
}

/** Pubs that should be elsewhere, and those that an operator had made and that never came up; nothing where there are none. */
export function judgePubs(pubs: Pick<FleetPubView, 'name' | 'stuck' | 'neverUp'>[]): Finding[] {
  const found: Finding[] = []
  const stuck = pubs.filter((pub) => pub.stuck != null)
  const unmade = pubs.filter(({ neverUp }) => neverUp?.owed === true)
  const [first] = stuck
  if (first !== undefined)
    found.push(
      finding(
        'pubs',
        'bad',
        `should be on another server and can't be placed there: ${namesOf(stuck)}; ${first.name}: ${first.stuck}`,
        `See what is waited for: buttcloud admin fence-check ${first.name}`,
      ),
    )
  for (const { name, neverUp } of unmade)
    found.push(
      finding(
        'pubs',
        'warn',
        `${name}, which was to be made by a cluster file, never came up: ${neverUp?.why.replace(/\.$/, '')}`,
        'Mend that and apply the file again: buttcloud admin apply FILE',
      ),
    )
  return found
}

const NAMES_SHOWN = 5
const namesOf = (pubs: { name: string }[]): string => {
  const names = pubs.slice(0, NAMES_SHOWN).map(({ name }) => name)
  return `${names.join(', ')}${pubs.length > NAMES_SHOWN ? ` and ${pubs.length - NAMES_SHOWN} more` : ''}`
}

/** The address of a pub that is up, and whether a connection was taken there. */
export interface PortSeen {
  name: string
  address: string
  accepts: boolean
}

/** What came of trying the addresses of pubs from the provider's own machine; nothing where none is up. */
export function judgePorts(seen: PortSeen[]): Finding[] {
  if (seen.length === 0) return []
  const deaf = seen.filter((one) => !one.accepts)
  if (deaf.length === 0)
    return [finding('ports', 'good', `${counted(seen.length, 'pub')} reached at the address its owner has`)]
  // Not bad for sure: some routers let nobody in who comes by the outer address from inside.
  const where = deaf.map(({ name, address }) => `${name} at ${address}`).join(', ')
  return [
    finding(
      'ports',
      'warn',
      `not reached from here: ${where}`,
      'Try it from elsewhere; where that fails too, let these ports through the firewall or the router',
    ),
  ]
}

/** The port that a provider will want when it is started. */
export const judgeProviderPort = (port: number, isFree: boolean): Finding =>
  isFree
    ? finding('ports', 'good', `${port} is free for the provider`)
    : finding(
        'ports',
        'bad',
        `${port}, which the provider needs, is taken by another program`,
        'Find out which (ss -ltnp), and end it or give it another port',
      )

/** Pubs' host names; nothing where none is kept at a name server. */
export function judgeNames({ server, trouble, names }: DnsView): Finding[] {
  if (server === null) return []
  const late = names.filter(({ known, wanted }) => known !== wanted)
  const words = `${counted(names.length, 'host name')} kept at ${server}`
  if (trouble === null && late.length === 0) return [finding('host names', 'good', words)]
  const why = trouble ?? `not set: ${late.map(({ host }) => host).join(', ')}`
  return [finding('host names', 'bad', `${words}; ${why}`, 'See what is missing: buttcloud admin dns')]
}

/** Rented machines; nothing where none are rented here and none are left. */
export function judgeMachines({
  driver,
  machines,
  next,
  stuck,
  trouble,
  strangers,
  faults = [],
}: MachinesView): Finding[] {
  if (driver === null) return []
  const there = machines.filter(({ status }) => status !== 'gone')
  const missing = there.filter(
    (one) => one.driver === 'manual' && one.hub === null && one.status === 'wanted',
  )
  const words = `${counted(there.length, 'machine')} by ${driver}`
  const todo = 'See what is waited for: buttcloud admin machines'
  if (trouble !== null) return [finding('machines', 'bad', `${words}; the driver can't: ${trouble}`, todo)]
  if (faults[0] !== undefined) return [finding('machines', 'bad', `${words}; ${faults[0]}`, todo)]
  if (stuck) return [finding('machines', 'warn', `${words}; ${next ?? 'it waits for you'}`, todo)]
  if (strangers.length > 0)
    return [finding('machines', 'warn', `${words}, and ${strangers.length} that no record names`, todo)]
  if (missing.length > 0)
    return [finding('machines', 'warn', `${words}; a server is missing: ${missing[0]?.machine}`, todo)]
  return [finding('machines', 'good', words)]
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

/** The oldest API that the hub speaks with; older engines know no one-shot figures. */
const DOCKER_API_MIN = '1.41'

/** What the engine says of itself; null where none answers. */
export function judgeDocker(
  socket: string,
  answer: { version: string; api: string } | null,
  why: string,
  needed: boolean,
): Finding {
  if (answer === null)
    return needed
      ? finding(
          'Docker',
          'bad',
          `does not answer on ${socket} (${why})`,
          'Start it, and let this user reach its socket; or run the hub with --engine process, to try things out',
        )
      : finding('Docker', 'none', `none on ${socket}; only a server that runs pubs needs it`)
  const words = `${answer.version} answers on ${socket}`
  return isOlder(answer.api, DOCKER_API_MIN)
    ? finding(
        'Docker',
        needed ? 'bad' : 'warn',
        `${words}, with API ${answer.api}`,
        `Install a newer one: API ${DOCKER_API_MIN} is needed (Docker 20.10)`,
      )
    : finding('Docker', 'good', words)
}

/** A swarm that this Docker manages, as a hub that is started with `--engine swarm` would find it. */
export function judgeSwarm({ toAllow, weaker }: { toAllow: string[]; weaker: string[] }): Finding {
  const start = 'this Docker manages a swarm; a hub can run pubs on it (--engine swarm)'
  if (toAllow.length === 0) return finding('Swarm', 'good', start)
  const options = toAllow.map((name) => `--allow-weaker ${name}`).join(' ')
  return finding('Swarm', 'none', `${start}, and asks for ${options} there: ${weaker.join('. ')}`)
}

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [majorMin = 0, minorMin = 0] = than.split('.').map(Number)
  return major < majorMin || (major === majorMin && minor < minorMin)
}

const MARKS: Record<Health, string> = { good: 'good', warn: 'look', bad: 'bad ', none: '-   ' }

/** A line each, and what to do under those that need something. */
export function doctorText(findings: Finding[], paint: Paint): string {
  const width = Math.max(...findings.map(({ what }) => what.length))
  const colour: Record<Health, (text: string) => string> = {
    ...{ good: paint.good, warn: paint.bold, bad: paint.bad, none: paint.dim },
  }
  return findings
    .flatMap(({ what, health, words, todo }) => [
      `${colour[health](MARKS[health])}  ${what.padEnd(width)}  ${words}`,
      ...(todo === null ? [] : [`      ${' '.repeat(width)}  → ${todo}.`]),
    ])
    .join('\n')
}

/** The last line. */
export function verdict(findings: Finding[]): string {
  const bad = findings.filter(({ health }) => health === 'bad').length
  const warn = findings.filter(({ health }) => health === 'warn').length
  if (bad + warn === 0) return 'All is well.'
  return [
    bad > 0 ? `${bad} of ${findings.length} must be mended` : null,
    warn > 0 ? `${warn} to look at` : null,
  ]
    .filter((part) => part !== null)
    .join(', ')
    .concat('.')
}
