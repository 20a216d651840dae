/**
 * A cluster file, checked: from what stands in it, with its lines, to what an operator wants; or every fault of it in a
 * sentence that names its line. Pure; whether it can be had is another matter (cluster-compare.ts).
 */
import { regionName } from '../protocol/hub-labels'
import { type FeedId, isFeedId } from '../protocol/ids'
import { RECIPIENTS_MAX } from '../protocol/limits'
import { CLUSTER_FAULTS_MAX } from '../protocol/limits-cluster'
import { MACHINE_KIND_CHARS_MAX } from '../protocol/limits-machines'
import type { Entry, Located } from '../protocol/located'
import type { HubMessage } from '../protocol/messages/hub'
import { checkName } from '../protocol/name'
import { type Plan, planName } from '../protocol/plan'
import { GROUPS, groupsIn, nameIn, readSetting, SETTINGS, settingsIn } from './cluster-policy'
import { entryOf, Reader, refuseUnknown, shown, textOf } from './faults'
import { readPlanList } from './plans'

export interface Wishes {
  /** Null: the file says nothing of plans, so they stay as they are. The same with the others. */
  plans: { line: number; plans: Plan[] } | null
  policy: PolicyWish[]
  hubs: HubWish[] | null
  pubs: PubWish[] | null
}
export interface PolicyWish {
  line: number
  /** Its place in config.json: `dues.unpaidDays`. */
  place: string
  value: number | string
}
export interface HubWish {
  line: number
  label: string
  /** Null: it is listed, and its status is left alone. */
  status: HubMessage['status'] | null
  /** Null: the file says nothing of one. */
  machine: MachineWish | null
}
/** The server that a hub runs on is rented. Null: whatever the settings said, or say, of that. */
export interface MachineWish {
  line: number
  flavor: string | null
  image: string | null
}
export interface PubWish {
  line: number
  name: string
  /** Null where the file says nothing of it. */
  owners: FeedId[] | null
  plan: string | null
  place: { line: number; kind: 'hub' | 'region'; name: string } | null
  web: boolean | null
}

export type ClusterRead = { ok: true; wishes: Wishes } | { ok: false; faults: string[] }

const SECTIONS = ['version', 'plans', 'policy', 'hubs', 'pubs']
const HUB_KEYS = ['status', 'machine']
const MACHINE_KEYS = ['flavor', 'image']
const PUB_KEYS = ['owners', 'plan', 'hub', 'region', 'web']
const STATUSES = ['admitted', 'cordoned', 'draining', 'retired'] as const
const LABEL_CHARS_MAX = 60

/** Checks the file's content. `file` is its name as it stands before each fault. */
export function readCluster(file: string, root: Located): ClusterRead {
  const reader = new Reader()
  const wishes = wishesOf(reader, root)
  const faults = reader.faults(file)
  if (wishes !== null && faults.length === 0) return { ok: true, wishes }
  const more = faults.length - CLUSTER_FAULTS_MAX
  return {
    ok: false,
    faults: more > 0 ? [...faults.slice(0, CLUSTER_FAULTS_MAX), `and ${more} more faults`] : faults,
  }
}

function wishesOf(reader: Reader, root: Located): Wishes | null {
  const lead = `expected version: 1 and under it ${SECTIONS.slice(1).join(', ')}`
  if (root.kind !== 'map') return reader.fault(root.line, `${lead}, found ${shown(root)}`)
  const { entries } = root
  refuseUnknown(reader, entries, SECTIONS, 'the file')
  const version = entryOf(entries, 'version')
  if (version === null) return reader.fault(root.line, 'version: missing; write "version: 1"')
  if (textOf(version) !== '1')
    return reader.fault(version.line, `version: this provider reads version 1, found ${shown(version)}`)
  const plans = entryOf(entries, 'plans')
  const listed = plans === null ? null : readPlanList(reader, plans)
  return {
    plans: plans === null || listed === null ? null : { line: plans.line, plans: listed },
    policy: policyOf(reader, entryOf(entries, 'policy')),
    hubs: named(reader, entryOf(entries, 'hubs'), 'hubs', hubOf),
    pubs: named(reader, entryOf(entries, 'pubs'), 'pubs', pubOf),
  }
}

/** Things by their names. Null where there is nothing; a section that is there and empty names none. */
function named<T>(
  reader: Reader,
  section: Located | null,
  what: string,
  read: (reader: Reader, entry: Entry) => T | null,
): T[] | null {
  if (section === null) return null
  if (section.kind === 'nothing') return []
  if (section.kind !== 'map')
    return reader.fault(section.line, `${what}: expected ${what} by their names, found ${shown(section)}`)
  return section.entries.flatMap((entry) => read(reader, entry) ?? [])
}

function policyOf(reader: Reader, section: Located | null): PolicyWish[] {
  if (section === null || section.kind === 'nothing') return []
  if (section.kind !== 'map') {
    reader.fault(section.line, `policy: expected settings by their names, found ${shown(section)}`)
    return []
  }
  return settingsOf(reader, '', section.entries)
}

/** Of a group, or of the whole (''). */
function settingsOf(reader: Reader, group: string, entries: Entry[]): PolicyWish[] {
  refuseUnknown(reader, entries, wordsIn(group), group === '' ? 'policy' : group)
  return entries.flatMap(({ key, line, value }) => {
    const place = group === '' ? key : `${group}.${key}`
    if (SETTINGS[place] !== undefined) return settingOf(reader, place, line, value)
    if (!GROUPS.includes(place) || value.kind === 'nothing') return []
    if (value.kind === 'map') return settingsOf(reader, place, value.entries)
    reader.fault(line, `${key}: expected ${wordsIn(place).join(', ')}, found ${shown(value)}`)
    return []
  })
}

const wordsIn = (group: string): string[] => [...settingsIn(group), ...groupsIn(group)].map(nameIn)

function settingOf(reader: Reader, place: string, line: number, value: Located): PolicyWish[] {
  const written = textOf(value)
  if (written === null) {
    reader.fault(line, `${place}: expected a value, found ${shown(value)}; leave it out to leave it alone`)
    return []
  }
  try {
    return [{ line, place, value: readSetting(place, written) }]
  } catch (error) {
    reader.fault(line, bare((error as Error).message))
    return []
  }
}

/** Here the file is named with its line. */
const bare = (fault: string): string =>
  fault
    .replace(/^buttcloud\./, '')
    .replace(/^The settings of [a-z ]+ can't be used: (.*)\. docs\/OPERATORS\.md shows them\.$/s, '$1')

function hubOf(reader: Reader, { key: label, line, value }: Entry): HubWish | null {
  if (label === '' || label.length > LABEL_CHARS_MAX)
    return reader.fault(
      line,
      `expected the label or the id of a hub, found ${JSON.stringify(label.slice(0, 60))}`,
    )
  const none: HubWish = { line, label, status: null, machine: null }
  if (value.kind === 'nothing') return none
  if (value.kind !== 'map')
    return reader.fault(line, `${label}: expected ${HUB_KEYS.join(', ')}, found ${shown(value)}`)
  refuseUnknown(reader, value.entries, HUB_KEYS, 'a hub')
  const written = entryOf(value.entries, 'status')
  const wish = {
    ...none,
    machine: machineOf(
      reader,
      value.entries.find(({ key }) => key === 'machine'),
    ),
  }
  if (written === null) return wish
  const status = STATUSES.find((one) => one === textOf(written))
  if (status !== undefined) return { ...wish, line: written.line, status }
  return reader.fault(written.line, `status: expected one of ${STATUSES.join(', ')}, found ${shown(written)}`)
}

function machineOf(reader: Reader, entry: Entry | undefined): MachineWish | null {
  if (entry === undefined) return null
  const { line, value } = entry
  const none: MachineWish = { line, flavor: null, image: null }
  if (value.kind === 'nothing') return none
  if (value.kind !== 'map')
    return reader.fault(
      line,
      `machine: expected ${MACHINE_KEYS.join(', ')}, or nothing for what config.json says, found ${shown(value)}`,
    )
  const { entries } = value
  refuseUnknown(reader, entries, MACHINE_KEYS, 'a machine')
  const chosen = (what: string): string | null => {
    const written = entryOf(entries, what)
    if (written === null) return null
    const name = textOf(written)
    if (name !== null && name.length <= MACHINE_KIND_CHARS_MAX) return name
    return reader.fault(written.line, `${what}: expected the name of one, found ${shown(written)}`)
  }
  return { line, flavor: chosen('flavor'), image: chosen('image') }
}

function pubOf(reader: Reader, { key, line, value }: Entry): PubWish | null {
  const checked = checkName(key)
  if (!checked.ok || checked.name !== key)
    return reader.fault(
      line,
      `${JSON.stringify(key.slice(0, 60))} can't be the name of a pub: ${checked.ok ? 'write it in small letters' : plain(checked.reason)}`,
    )
  const none: PubWish = { line, name: key, owners: null, plan: null, place: null, web: null }
  if (value.kind === 'nothing') return none
  if (value.kind !== 'map')
    return reader.fault(line, `${key}: expected ${PUB_KEYS.join(', ')}, found ${shown(value)}`)
  const { entries } = value
  refuseUnknown(reader, entries, PUB_KEYS, 'a pub')
  return {
    ...none,
    owners: ownersOf(reader, entryOf(entries, 'owners')),
    plan: planOf(reader, entryOf(entries, 'plan')),
    place: placeOf(reader, entries),
    web: webOf(reader, entryOf(entries, 'web')),
  }
}

/** Answers to owners are markdown. */
const plain = (text: string): string => text.replaceAll('**', '').replaceAll('`', '').replace(/\.$/, '')

function ownersOf(reader: Reader, value: Located | null): FeedId[] | null {
  if (value === null) return null
  if (value.kind !== 'list')
    return reader.fault(value.line, `owners: expected a list of feed ids, found ${shown(value)}`)
  const most = RECIPIENTS_MAX - 1
  if (value.items.length < 1 || value.items.length > most)
    return reader.fault(value.line, `owners: expected 1 to ${most} feed ids, found ${value.items.length}`)
  const owners: FeedId[] = []
  for (const item of value.items) {
    const id = textOf(item)
    if (!isFeedId(id)) {
      reader.fault(item.line, `owners: expected a feed id in quotes, "@…=.ed25519", found ${shown(item)}`)
      continue
    }
    if (owners.includes(id)) reader.fault(item.line, `owners: ${id} is here twice`)
    owners.push(id)
  }
  return owners
}

function planOf(reader: Reader, value: Located | null): string | null {
  if (value === null) return null
  const checked = planName(textOf(value), '')
  if (checked.ok) return checked.value
  return reader.fault(value.line, `plan: expected the name of a plan, found ${shown(value)}`)
}

function placeOf(reader: Reader, entries: Entry[]): PubWish['place'] {
  const [hub, region] = [entryOf(entries, 'hub'), entryOf(entries, 'region')]
  if (hub !== null && region !== null)
    return reader.fault(region.line, 'region: the pub has a hub already; write one of the two')
  if (hub !== null) {
    const name = textOf(hub)
    if (name !== null && name.length <= LABEL_CHARS_MAX) return { line: hub.line, kind: 'hub', name }
    return reader.fault(hub.line, `hub: expected the label or the id of a hub, found ${shown(hub)}`)
  }
  if (region === null) return null
  const checked = regionName(textOf(region), '')
  if (checked.ok) return { line: region.line, kind: 'region', name: checked.value }
  return reader.fault(
    region.line,
    `region: expected a word of small letters, digits, dots and dashes, as hubs are started with (--region eu), found ${shown(region)}`,
  )
}

function webOf(reader: Reader, value: Located | null): boolean | null {
  if (value === null) return null
  const written = textOf(value)
  if (written === 'on' || written === 'off') return written === 'on'
  return reader.fault(value.line, `web: expected on or off, found ${shown(value)}`)
}
