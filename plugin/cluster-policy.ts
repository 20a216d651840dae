/**
 * The operator's choices as a cluster file has them: by the names of config.json, read by the same checks. What holds secrets
 * (operators, mail, dns) or belongs to the machine (address, ports, metrics, files) is not among them.
 */
import { SERVICE_NAME_CHARS_MAX } from '../protocol/limits-cluster'
import { MACHINES_MAX } from '../protocol/limits-machines'
import { isVersion } from '../protocol/version'
import { readHostSettings } from './dns-settings'
import { duesPolicyOf } from './dues-settings'
import { type MachinePolicy, readMachineSettings } from './machine-settings'
import { movingPolicyOf } from './moving-settings'
import { placingPolicyOf } from './placing-policy'
import { DEFAULT_POLICY, type Policy } from './policy'
import { wholeSetting } from './policy-settings'

export type SettingValue = number | string | null
export type Settings = Readonly<Record<string, unknown>>

interface Setting {
  /** As it stands in config.json: a number, or a word. */
  kind: 'number' | 'word'
  /** Whether a change takes effect at once. Why not, where it doesn't. */
  counts: 'now' | 'next-start'
  /** What holds by a policy. Of machines: what it comes to, where it may be written in several ways. */
  of(policy: Policy): SettingValue
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const now = (kind: Setting['kind'], of: Setting['of']): Setting => ({ kind, counts: 'now', of })
const later = (kind: Setting['kind'], of: Setting['of']): Setting => ({ kind, counts: 'next-start', of })

const dues = (of: (dues: Policy['dues']) => number): Setting => now('number', (policy) => of(policy.dues))
const grace = (reason: keyof Policy['dues']['graceMs']): Setting =>
  dues(({ graceMs }) => graceMs[reason] / DAY_MS)

const machines = (kind: Setting['kind'], of: (machines: MachinePolicy) => SettingValue): Setting =>
  now(kind, (policy) => (policy.machines === null ? null : of(policy.machines)))

/** Every setting there is, by its place in config.json. */
export const SETTINGS: Readonly<Record<string, Setting>> = {
  // Mails and the name server are told these when they start.
  name: later('word', ({ providerName }) => providerName),
  domain: later('word', ({ domain }) => domain),
  pubsPerOwnerMax: now('number', ({ pubsPerOwnerMax }) => pubsPerOwnerMax),
  requestsPerMinuteMax: now('number', ({ requestsPerMinuteMax }) => requestsPerMinuteMax),
  retentionMs: now('number', ({ retentionMs }) => retentionMs),
  pubVersion: now('word', ({ pubVersion }) => pubVersion),
  'placing.hubs': now('word', ({ placing }) => placing.hubs),
  'placing.siblings': now('word', ({ placing }) => placing.siblings),
  'placing.diskPromisedTimes': now('number', ({ placing }) => placing.diskPromisedTimes),
  'moving.byItself': now('word', ({ moving }) => (moving.byItself ? 'on' : 'off')),
  // Hubs go by the lease they were last given; a shorter one would be over here before it is over there.
  'moving.leaseSeconds': later('number', ({ moving }) => moving.leaseMs / 1000),
  'dues.pastDueDays': grace('past-due'),
  'dues.unpaidDays': grace('unpaid'),
  'dues.canceledDays': grace('canceled'),
  'dues.neverDays': grace('never'),
  'dues.grantOverDays': grace('grant-over'),
  'dues.remindDays': dues(({ remindMs }) => remindMs / DAY_MS),
  'dues.suspendedDays': dues(({ suspendedMs }) => suspendedMs / DAY_MS),
  'dues.suspensionsPerDayMax': dues(({ suspensionsPerDayMax }) => suspensionsPerDayMax),
  'dues.endsPerDayMax': dues(({ endsPerDayMax }) => endsPerDayMax),
  // Shown, and not changed by a file: what it needs, and its credentials, stand beside it.
  'machines.driver': later('word', (policy) => policy.machines?.driver ?? null),
  'machines.max': machines('number', ({ max }) => max),
  'machines.min': machines('number', ({ min }) => min),
  'machines.spare': machines('word', ({ spareBytes }) => (spareBytes === 0 ? null : spareBytes)),
  'machines.coolDownMinutes': machines('number', ({ coolDownMs }) => coolDownMs / MINUTE_MS),
  'machines.joinMinutes': machines('number', ({ joinMs }) => joinMs / MINUTE_MS),
  'machines.triesMax': machines('number', ({ triesMax }) => triesMax),
  'machines.perDayMax': machines('number', ({ perDayMax }) => perDayMax),
  'machines.deadHours': machines('number', ({ deadMs }) => (deadMs ?? 0) / HOUR_MS),
  'machines.price.amount': machines('number', ({ price }) => price?.amount ?? null),
  'machines.price.currency': machines('word', ({ price }) => price?.currency ?? null),
  'machines.price.per': machines('word', ({ price }) => price?.amount ?? null),
}

/** What stands under a group, or at the top (''), and is a group itself. */
export const GROUPS: readonly string[] = ['placing', 'moving', 'dues', 'machines', 'machines.price']

const groupOf = (place: string): string => place.slice(0, Math.max(0, place.lastIndexOf('.')))

/** The settings that stand directly under a group, by their places. */
export const settingsIn = (group: string): string[] =>
  Object.keys(SETTINGS).filter((place) => groupOf(place) === group)
/** The groups that stand directly under one. */
export const groupsIn = (group: string): string[] =>
  GROUPS.filter((one) => one !== group && groupOf(one) === group)
/** Without the group that it stands in. */
export const nameIn = (place: string): string => place.slice(place.lastIndexOf('.') + 1)

/** What has to be there for a setting to be checked alone. */
function around(place: string): Settings {
  if (groupOf(place).split('.')[0] !== 'machines') return {}
  const price = groupOf(place) === 'machines' ? {} : { price: { amount: 0, currency: 'eur' } }
  return { machines: { driver: 'manual', max: MACHINES_MAX, ...price } }
}

/** What the text of a setting means. Throws a sentence where it can't be meant. */
export function readSetting(place: string, text: string): number | string {
  const kind = SETTINGS[place]?.kind
  const value = kind === 'number' && /^\d{1,15}(?:\.\d{1,6})?$/.test(text) ? Number(text) : text
  policyIn(withSettings(around(place), new Map([[place, value]])), place)
  return value
}

/**
 * What a setting, with those that stand beside it, makes of a policy, by the readers that the provider starts with. Throws a
 * sentence.
 */
export function policyIn(settings: Settings, place: string): Partial<Policy> {
  const [group] = place.split('.')
  if (group === 'placing') return { placing: placingPolicyOf(settings.placing) }
  if (group === 'moving') return { moving: movingPolicyOf(settings.moving) }
  if (group === 'dues') return { dues: duesPolicyOf(settings.dues) }
  if (group === 'machines') return { machines: readMachineSettings(settings.machines) }
  if (place === 'domain') return { domain: readHostSettings(settings).domain }
  if (place === 'pubVersion') {
    if (settings.pubVersion === undefined) return {}
    if (isVersion(String(settings.pubVersion))) return { pubVersion: String(settings.pubVersion) }
    throw new Error('pubVersion must be what fits a Docker tag, like 0.2.0, with nothing before it')
  }
  if (place === 'name') {
    if (settings.name === undefined) return { providerName: null }
    const name = String(settings.name)
    if (name.length <= SERVICE_NAME_CHARS_MAX && !/\p{Cc}/u.test(name)) return { providerName: name }
    throw new Error(`name must be one line of at most ${SERVICE_NAME_CHARS_MAX} characters`)
  }
  if (place === 'pubsPerOwnerMax' || place === 'requestsPerMinuteMax' || place === 'retentionMs')
    return { [place]: wholeSetting(place, settings[place]) }
  return {}
}

/** What stands in config.json for a setting; undefined where nothing does. */
export function storedSetting(settings: Settings, place: string): unknown {
  let found: unknown = settings
  for (const name of place.split('.')) {
    if (!isGroup(found)) return undefined
    found = found[name]
  }
  return found
}

const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What is written down for a setting, or what holds without that. */
export function settingNow(settings: Settings, policy: Policy, place: string): unknown {
  const stored = storedSetting(settings, place)
  if (typeof stored === 'string') return stored.trim()
  if (stored !== undefined && stored !== null) return stored
  // Where no machines are rented nothing holds of them.
  const base = isGroup(settings.machines) ? { ...DEFAULT_POLICY, machines: DEFAULT_MACHINES } : DEFAULT_POLICY
  // Without a word of the operator's it is the version of the program that runs.
  return SETTINGS[place]?.of(place === 'pubVersion' ? policy : base) ?? null
}

const DEFAULT_MACHINES = readMachineSettings({ driver: 'manual', max: 1 })

/** config.json with these settings, and all else as it was. */
export function withSettings(
  settings: Settings,
  wanted: ReadonlyMap<string, number | string>,
): Record<string, unknown> {
  let result: Record<string, unknown> = { ...settings }
  for (const [place, value] of wanted) result = withSetting(result, place.split('.'), value)
  return result
}

function withSetting(
  settings: Settings,
  [name = '', ...rest]: string[],
  value: number | string,
): Record<string, unknown> {
  const below = settings[name]
  return {
    ...settings,
    [name]: rest.length === 0 ? value : withSetting(isGroup(below) ? below : {}, rest, value),
  }
}

/** When a setting counts. What rents machines is made at a start, so without it a change waits for the next one. */
export function countsOf(policy: Policy, place: string): Setting['counts'] {
  const isOff = policy.machines === null && place.startsWith('machines.')
  return isOff ? 'next-start' : (SETTINGS[place]?.counts ?? 'next-start')
}

/** What of a policy is otherwise at once by these settings; the rest counts from the next start. */
export function policyNow(policy: Policy, settings: Settings, places: Iterable<string>): Partial<Policy> {
  const changed: Partial<Policy> = {}
  for (const place of places)
    if (countsOf(policy, place) === 'now') Object.assign(changed, policyIn(settings, place))
  if (changed.moving !== undefined) changed.moving = { ...changed.moving, leaseMs: policy.moving.leaseMs }
  if (changed.machines != null && policy.machines !== null)
    changed.machines = { ...changed.machines, driver: policy.machines.driver }
  return changed
}

/** True where what is written down for a setting is what holds. */
export function isInForce(policy: Policy, settings: Settings, place: string): boolean {
  try {
    const of = SETTINGS[place]?.of
    return of?.({ ...policy, ...policyIn(settings, place) }) === of?.(policy)
  } catch {
    // What stands beside it is no good, so the next start will find nothing of it.
    return false
  }
}
