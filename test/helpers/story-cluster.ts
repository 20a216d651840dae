/** A cluster file against a story: what it would change, and the deeds done as the provider does them. */
import { amended, endedBy } from '../../plugin/amend'
import {
  type ClusterWorld,
  type Comparison,
  compareCluster,
  type HomeFacts,
} from '../../plugin/cluster-compare'
import { policyNow, withSettings } from '../../plugin/cluster-policy'
import { readCluster, type Wishes } from '../../plugin/cluster-read'
import { clusterText } from '../../plugin/cluster-text'
import { commissioned } from '../../plugin/commission'
import { machineAdded } from '../../plugin/machine-deeds'
import { hubDeed, moved } from '../../plugin/move'
import { Places } from '../../plugin/schedule'
import { locatedIn } from '../../sbot/located-yaml'
import { oscar, plainLedger, provider } from './story'
import { type Moving, movingFacts } from './story-move'

export interface ClusterStory {
  one: Moving
  home: HomeFacts
  /** What the driver of machines lists. */
  listed: ClusterWorld['listed']
}

export function clusterStory(one: Moving): ClusterStory {
  return {
    one,
    home: { config: { kind: 'ours', settings: {} }, plans: one.story.policy.plans },
    listed: new Map(),
  }
}

export function worldOf({ one, home, listed }: ClusterStory): ClusterWorld {
  const { state, policy, now, connected } = one.story
  return { state, policy, now, connected, moving: movingFacts(one), home, listed, ledger: plainLedger }
}

/** The wishes in a file's text. Throws its faults. */
export function wishesIn(text: string): Wishes {
  const read = readCluster('cluster.yaml', locatedIn('cluster.yaml', text))
  if (!read.ok) throw new Error(read.faults.join('\n'))
  return read.wishes
}

export function faultsIn(text: string): string[] {
  const read = readCluster('cluster.yaml', locatedIn('cluster.yaml', text))
  return read.ok ? [] : read.faults
}

export const compared = (told: ClusterStory, text: string, prune: string[] = []): Comparison =>
  compareCluster(worldOf(told), wishesIn(`version: 1\n${text}`), oscar, prune)

export const exported = (told: ClusterStory): string => clusterText(worldOf(told))

/** What is written once, for all of its changes. */
function setPolicy(told: ClusterStory, changes: Comparison['changes']): void {
  const { story } = told.one
  const wanted = changes.flatMap(({ deed }): [string, number | string][] =>
    deed.kind === 'policy' ? [[deed.place, deed.value]] : [],
  )
  if (wanted.length === 0) return
  const settings = withSettings(told.home.config.settings, new Map(wanted))
  told.home = { ...told.home, config: { kind: 'ours', settings } }
  const places = wanted.map(([place]) => place)
  story.policy = { ...story.policy, ...policyNow(story.policy, settings, places) }
}

/** Does one change, as plugin/io/cluster-apply.ts does it with a feed and a disk. */
export function perform(told: ClusterStory, change: Comparison['changes'][number], text: string): void {
  const { story } = told.one
  const { deed } = change
  if (deed.kind === 'plans') {
    const plans = wishesIn(`version: 1\n${text}`).plans?.plans ?? []
    told.home = { ...told.home, plans }
    story.policy = { ...story.policy, plans }
  } else if (deed.kind === 'policy') {
    setPolicy(told, [change])
  } else if (deed.kind === 'hub') {
    const done = hubDeed(story.state, story.connected, deed, story)
    if (!done.ok) throw new Error(done.why)
    if (done.say !== null) story.tells(provider, done.say)
  } else if (deed.kind === 'machine') {
    const done = machineAdded(worldOf(told), deed.wish, oscar)
    if (!done.ok) throw new Error(done.why)
    if (done.say !== null) story.tells(provider, done.say)
  } else if (deed.kind === 'amend') {
    const pub = story.state.provider.pubs.get(deed.pub)
    const done = pub === undefined ? null : amended(worldOf(told), pub, deed.wish, oscar)
    if (done === null || !done.ok) throw new Error(done?.why ?? 'no pub')
    if (done.record !== null) story.tells(provider, done.record)
    story.settle()
  } else if (deed.kind === 'end') {
    const pub = story.state.provider.pubs.get(deed.pub)
    const done = pub === undefined ? null : endedBy(worldOf(told), pub, oscar)
    if (done === null || !done.ok) throw new Error(done?.why ?? 'no pub')
    story.tells(provider, done.record)
    story.settle()
  } else if (deed.kind === 'commission') {
    const world = worldOf(told)
    const done = commissioned(world, new Places(world), deed.wish, oscar)
    if (!done.ok) throw new Error(done.why)
    story.tells(provider, done.say)
    story.settle()
  } else {
    const done = moved(worldOf(told), deed, oscar)
    if (!done.ok) throw new Error(done.why)
    story.tells(provider, done.record)
    story.settle()
  }
}

/** What of a file would be done, in words, and what of it can't be. */
export const wordsOf = (one: ClusterStory, text: string): string[] =>
  compared(one, text).changes.map(({ words }) => words)
export const heldOf = (one: ClusterStory, text: string): string[] =>
  compared(one, text).held.map(({ name, line, why }) => `${line} ${name}: ${why}`)

/** Does all that a file wants and gives how often something was done. */
export function apply(one: ClusterStory, text: string): number {
  const { changes } = compared(one, text)
  setPolicy(one, changes)
  for (const change of changes) if (change.deed.kind !== 'policy') perform(one, change, text)
  return changes.length
}
