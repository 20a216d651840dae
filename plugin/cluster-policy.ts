/**
 * The operator's choices as a cluster file has them: by the names of config.json, read by the same checks. What holds secrets
 * (operators, mail, dns) or belongs to the machine (address, ports, metrics, files) is not among them.
 */
import { SERVICE_NAME_CHARS_MAX } from '../protocol/limits-cluster'
import { isVersion } from '../protocol/version'
import { readHostSettings } from './dns-settings'
import { duesPolicyOf } from './dues-settings'
import { movingPolicyOf } from './moving-settings'
import { placingPolicyOf } from './placing-policy'
import type { Policy } from './policy'
import { wholeSetting } from './policy-settings'

export type SettingValue = number | string | null
export type Settings = Readonly<Record<string, unknown>>

interface Setting {
  /** As it stands in config.json: a number, or a word. */
  kind: 'number' | 'word'
  /** Whether a change takes effect at once. Why not, where it doesn't. */
  counts: 'now' | 'next-start'
  /** What holds by a policy. */
  of(policy: Policy): SettingValue
}

const DAY_MS = 24 * 3_600_000
const now = (kind: Setting['kind'], of: Setting['of']): Setting => ({ kind, counts: 'now', of })
const later = (kind: Setting['kind'], of: Setting['of']): Setting => ({ kind, counts: 'next-start', of })

const dues = (of: (dues: Policy['dues']) => number): Setting => now('number', (policy) => of(policy.dues))
const grace = (reason: keyof Policy['dues']['graceMs']): Setting =>
  dues(({ graceMs }) => graceMs[reason] / DAY_MS)

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
}

/** The groups of settings. */
export const GROUPS: readonly string[] = ['placing', 'moving', 'dues']
/** What stands directly under `policy`. */
export const TOP_SETTINGS: readonly string[] = [
  ...new Set(Object.keys(SETTINGS).map((place) => place.split('.')[0] ?? '')),
]

/** The settings of one group. */
export function settingsIn(group: string): string[] {
  return Object.keys(SETTINGS).flatMap((place) => (place.startsWith(`${group}.`) ? [nameIn(place)] : []))
}

const nameIn = (place: string): string => place.slice(place.indexOf('.') + 1)

/** What the text of a setting means. Throws a sentence where it can't be meant. */
export function readSetting(place: string, text: string): number | string {
  const kind = SETTINGS[place]?.kind
  const value = kind === 'number' && /^\d{1,15}(?:\.\d{1,6})?$/.test(text) ? Number(text) : text
  checkSetting(withSettings({}, new Map([[place, value]])), place)
  return value
}

/** A setting with those that stand beside it, by the reader that the provider starts with. Throws a sentence. */
export function checkSetting(settings: Settings, place: string): void {
  const [group] = place.split('.')
  if (group === 'placing') placingPolicyOf(settings.placing)
  else if (group === 'moving') movingPolicyOf(settings.moving)
  else if (group === 'dues') duesPolicyOf(settings.dues)
  else if (place === 'domain') readHostSettings(settings)
  else if (place === 'pubVersion') {
    if (!isVersion(String(settings.pubVersion)))
      throw new Error('pubVersion must be what fits a Docker tag, like 0.2.0, with nothing before it')
  } else if (place === 'name') {
    const name = String(settings.name)
    if (name.length > SERVICE_NAME_CHARS_MAX || /\p{Cc}/u.test(name))
      throw new Error(`name must be one line of at most ${SERVICE_NAME_CHARS_MAX} characters`)
  } else if (place === 'pubsPerOwnerMax' || place === 'requestsPerMinuteMax' || place === 'retentionMs')
    wholeSetting(place, settings[place])
}

/** What stands in config.json for a setting; undefined where nothing does. */
export function storedSetting(settings: Settings, place: string): unknown {
  const [top, below] = place.split('.')
  const found = settings[top ?? '']
  if (below === undefined) return found
  return typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[below] : undefined
}

/** config.json with these settings, and all else as it was. */
export function withSettings(
  settings: Settings,
  wanted: ReadonlyMap<string, number | string>,
): Record<string, unknown> {
  const result: Record<string, unknown> = { ...settings }
  for (const [place, value] of wanted) {
    const [top = '', below] = place.split('.')
    if (below === undefined) result[top] = value
    else result[top] = { ...(result[top] as Record<string, unknown> | undefined), [below]: value }
  }
  return result
}

/** What of a policy is otherwise at once by these settings; the rest counts from the next start. */
export function policyNow(policy: Policy, settings: Settings, places: Iterable<string>): Partial<Policy> {
  const changed: Partial<Policy> = {}
  for (const place of places) {
    if (SETTINGS[place]?.counts !== 'now') continue
    const [top] = place.split('.')
    if (top === 'placing') changed.placing = placingPolicyOf(settings.placing)
    else if (top === 'dues') changed.dues = duesPolicyOf(settings.dues)
    else if (top === 'moving')
      changed.moving = { ...movingPolicyOf(settings.moving), leaseMs: policy.moving.leaseMs }
    else if (top === 'pubVersion') changed.pubVersion = String(settings.pubVersion)
    else if (top === 'pubsPerOwnerMax' || top === 'requestsPerMinuteMax' || top === 'retentionMs')
      changed[top] = wholeSetting(top, settings[top])
  }
  return changed
}
