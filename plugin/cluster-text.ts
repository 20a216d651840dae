/** The present state as a cluster file: what `buttcloud admin export-cluster` prints, and `apply` finds nothing to do about. */
import type { FeedId } from '../protocol/ids'
import type { State } from '../protocol/state'
import type { MachineFact as MachineRecord } from '../protocol/state-machines'
import type { ClusterWorld } from './cluster-compare'
import { groupsIn, nameIn, settingNow, settingsIn, storedSetting } from './cluster-policy'
import { hubOf, machineOf } from './machine-records'
import { plansList } from './plans-text'

const HEAD = `# What this provider shall be. \`buttcloud admin apply FILE\` shows what would change, asks, and does it.
#
# What is not in this file is left alone: a whole section, a setting, a hub or a pub. Leave out what
# the file shall not decide, like the hub of a pub that may run anywhere.

version: 1
`

/** The file. Pure. */
export function clusterText({ state, policy, home }: Omit<ClusterWorld, 'moving'>): string {
  const plans = home.plans ?? policy.plans
  return [
    HEAD,
    `plans:\n${plansList(plans)}`,
    `policy:\n${policyText(home.config.settings, policy)}`,
    hubsText(state, policy.machines?.driver ?? null),
    pubsText(state),
  ].join('\n')
}

function policyText(
  settings: ClusterWorld['home']['config']['settings'],
  policy: ClusterWorld['policy'],
  group = '',
  indent = '  ',
): string {
  const lines = settingsIn(group).map((place) => {
    // The version that comes with the program changes with it, unless the operator has said one.
    if (place === 'pubVersion' && storedSetting(settings, place) === undefined) return ''
    const value = settingNow(settings, policy, place)
    if (typeof value !== 'number' && typeof value !== 'string') return ''
    return `${indent}${nameIn(place)}: ${typeof value === 'number' ? value : wordText(value)}\n`
  })
  for (const one of groupsIn(group)) {
    const text = policyText(settings, policy, one, `${indent}  `)
    if (text !== '') lines.push(`${indent}${nameIn(one)}:\n${text}`)
  }
  return lines.join('')
}

function hubsText(state: State, driver: string | null): string {
  const hubs = hubNames(state)
  const lines = [...hubs].map(([hub, name]) => {
    const one = machineOf(state, hub)
    const machine = one === null || one.content.status !== 'wanted' ? '' : machineText(one)
    return `  ${wordText(name)}:\n    status: ${state.provider.hubs.get(hub)?.status}\n${machine}`
  })
  // Those that an operator has asked for, and nobody has joined yet.
  const labels = new Set([...hubs.keys()].map((hub) => state.provider.hubs.get(hub)?.label))
  for (const one of state.provider.machines.all.values()) {
    const { content, made } = one
    const isAsked = content.status === 'wanted' && made.by !== null && content.driver === driver
    if (!isAsked || hubOf(state, content) !== null || labels.has(content.label)) continue
    lines.push(`  ${wordText(content.label)}:\n${machineText(one)}`)
  }
  return lines.length === 0 ? 'hubs: {}\n' : `hubs:\n${lines.join('')}`
}

/** What an operator has asked for stays in the file; the others come and go with the room. */
function machineText({ content: { kind }, made }: MachineRecord): string {
  if (made.by === null) return '    # Rented because room ran short, and given back when it is empty.\n'
  const lines = (['flavor', 'image'] as const).flatMap((what) => {
    const name = kind?.[what] ?? null
    return name === null ? [] : [`      ${what}: ${wordText(name)}\n`]
  })
  return lines.length === 0 ? '    machine: {}\n' : `    machine:\n${lines.join('')}`
}

/** What each hub is called in the file: by its label, unless that is nobody's own or can't stand there. */
function hubNames(state: State): Map<FeedId, string> {
  const hubs = [...state.provider.hubs.values()].filter(({ status }) => status !== 'retired')
  const inOrder = hubs.sort((a, b) => compare(a.label, b.label) || compare(a.hub, b.hub))
  return new Map(
    inOrder.map(({ hub, label }) => {
      const isOwn = inOrder.filter((one) => one.label === label || one.hub === label).length === 1
      return [hub, isOwn && label !== '' && label === label.trim() ? label : hub]
    }),
  )
}

function pubsText(state: State): string {
  const names = hubNames(state)
  const live = [...state.provider.pubs.values()].filter(({ record }) => record.status === 'live')
  if (live.length === 0) return 'pubs: {}\n'
  live.sort((a, b) => compare(a.record.name, b.record.name))
  const lines = live.map(({ record: { name, owners, plan, hub, web } }) => {
    const status = state.provider.hubs.get(hub)?.status
    // Of a hub that is being emptied the pub goes elsewhere, and shall not be called back.
    const isPlaced = status === 'admitted' || status === 'cordoned'
    return [
      `  ${wordText(name)}:\n    owners:\n`,
      ...owners.map((owner) => `      - ${JSON.stringify(owner)}\n`),
      `    plan: ${plan}\n`,
      isPlaced ? `    hub: ${wordText(names.get(hub) ?? hub)}\n` : '',
      `    web: ${web ? 'on' : 'off'}\n`,
    ].join('')
  })
  return `pubs:\n${lines.join('')}`
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

/** Bare where YAML takes it for what it is, else in quotes; JSON's are YAML's. */
function wordText(word: string): string {
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(word) && word !== 'null' ? word : JSON.stringify(word)
}
