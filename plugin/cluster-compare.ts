/**
 * What a cluster file wants, against what there is: the changes as data, each with its words; what of it can't be, with why;
 * and what is left alone. Pure. What is not in the file is never touched.
 */
import type { FeedId } from '../protocol/ids'
import type { HubMessage } from '../protocol/messages/hub'
import type { PubMessage } from '../protocol/messages/pub'
import type { Plan } from '../protocol/plan'
import type { ClusterChangeView, ClusterHeldView, ClusterSection } from '../protocol/rpc-cluster'
import type { AdminMachineAddRequest } from '../protocol/rpc-machines'
import type { AmendWish } from './amend'
import { compareHubs } from './cluster-hubs'
import { comparePlans } from './cluster-plans'
import {
  countsOf,
  isInForce,
  policyIn,
  policyNow,
  type Settings,
  settingNow,
  withSettings,
} from './cluster-policy'
import { comparePrune, comparePubs } from './cluster-pubs'
import type { PolicyWish, Wishes } from './cluster-read'
import type { CommissionWish } from './commission'
import type { MachineDeedWorld } from './machine-deeds'
import type { MoveWorld } from './move'
import type { Policy } from './policy'
import { clusterWords as words } from './words-cluster'

/** What is written in the provider's home. */
export interface HomeFacts {
  /** `ours`: config.json is this provider's own. `theirs`: it is a stock ssb-server's, and its operator's alone. */
  config:
    | { kind: 'ours' | 'theirs'; settings: Settings }
    | { kind: 'broken'; settings: Settings; why: string }
  /** Those in the file of plans, or the built-in ones without a file; null where it can't be read. */
  plans: readonly Plan[] | null
}

export interface ClusterWorld extends MoveWorld, Pick<MachineDeedWorld, 'ledger' | 'listed'> {
  home: HomeFacts
}

/** What makes a change so. */
export type ClusterDeed =
  | { kind: 'plans' }
  | { kind: 'policy'; place: string; value: number | string }
  | { kind: 'hub'; hub: FeedId; status: HubMessage['status'] }
  | { kind: 'machine'; wish: AdminMachineAddRequest }
  | { kind: 'commission'; wish: CommissionWish; hub: FeedId }
  | { kind: 'amend'; pub: PubMessage['pub']; wish: AmendWish }
  | { kind: 'end'; pub: PubMessage['pub'] }
  | { kind: 'move'; pub: PubMessage['pub']; hub: FeedId }

export interface ClusterChange extends ClusterChangeView {
  line: number
  deed: ClusterDeed
}

export interface Comparison {
  changes: ClusterChange[]
  held: ClusterHeldView[]
  notes: string[]
  /** What was said before and is not so yet. */
  owed: string[]
}

/** Gathers what comes of one file. */
export class Compared implements Comparison {
  readonly changes: ClusterChange[] = []
  readonly held: ClusterHeldView[] = []
  readonly notes: string[] = []
  readonly owed: string[] = []

  change(
    section: ClusterSection,
    name: string,
    rest: Omit<ClusterChange, 'section' | 'name' | 'counts'> & Partial<Pick<ClusterChange, 'counts'>>,
  ): void {
    this.changes.push({ section, name, counts: 'now', ...rest })
  }

  owe(sentence: string): void {
    this.owed.push(sentence)
  }

  hold(section: ClusterSection, name: string, line: number, why: string): void {
    this.held.push({ section, name, line, why })
  }
}

/** All that the file would change. `by`: the operator who asks. `prune`: pubs that end, because it does not have them. */
export function compareCluster(
  world: ClusterWorld,
  wishes: Wishes,
  by: FeedId,
  prune: readonly string[] = [],
): Comparison {
  const compared = new Compared()
  if (wishes.plans !== null) comparePlans(world, wishes.plans, compared)
  comparePolicy(world, wishes.policy, compared)
  // Hubs and pubs are judged by what plans and policy will be, and pubs by what hubs will be: that is done first.
  const policy = {
    ...policyAfter(world, wishes.policy, compared),
    plans: wishes.plans?.plans ?? world.policy.plans,
  }
  const { records, awaited } = compareHubs({ ...world, policy }, wishes.hubs, by, compared)
  const after = { ...world, policy, state: withHubs(world, records), awaited }
  comparePubs(after, wishes, by, compared)
  comparePrune(after, wishes, { names: prune, by }, compared)
  return compared
}

function comparePolicy({ home, policy }: ClusterWorld, wishes: PolicyWish[], compared: Compared): void {
  const { config } = home
  const notYet: string[] = []
  for (const { place, value, line } of wishes) {
    const before = settingNow(config.settings, policy, place)
    if (before === value) {
      if (!isInForce(policy, config.settings, place)) notYet.push(place)
      continue
    }
    const why = whyNotSet(config, place, value, settingsAfter(config, wishes))
    if (why !== null) {
      compared.hold('policy', place, line, why)
      continue
    }
    compared.change('policy', place, {
      words: words.setting(place, words.value(place, before), words.value(place, value)),
      ...{ line, counts: countsOf(policy, place), deed: { kind: 'policy', place, value } },
    })
  }
  if (notYet.length > 0) compared.notes.push(words.nextStart(notYet))
}

/** What of the changes counts at once. */
function policyAfter({ home, policy }: ClusterWorld, wishes: PolicyWish[], { changes }: Compared): Policy {
  const places = changes.flatMap(({ deed }) => (deed.kind === 'policy' ? [deed.place] : []))
  return { ...policy, ...policyNow(policy, settingsAfter(home.config, wishes), places) }
}

/** What is held alone does not count; where one of a group is no good, none of that is written. */
const settingsAfter = ({ settings }: HomeFacts['config'], wishes: PolicyWish[]): Settings =>
  withSettings(
    settings,
    new Map(wishes.flatMap(({ place, value }) => (place === DRIVER ? [] : [[place, value]]))),
  )

/** Who rents out machines is chosen where the credentials for that stand. */
const DRIVER = 'machines.driver'

/** `after`: what would be written down then. */
function whyNotSet(
  config: HomeFacts['config'],
  place: string,
  value: number | string,
  after: Settings,
): string | null {
  if (config.kind === 'broken') return config.why
  const one = withSettings({}, new Map([[place, value]]))
  if (config.kind === 'theirs') return words.theirConfig(JSON.stringify(one).slice(1, -1))
  if (place === DRIVER) return words.driver
  try {
    // What stands beside it may have been written by hand since the start.
    policyIn(after, place)
    return null
  } catch (error) {
    return (error as Error).message
  }
}

/** The state with these records of hubs: moves are judged by what the hubs are once the file is applied. */
function withHubs({ state }: ClusterWorld, records: HubMessage[]): ClusterWorld['state'] {
  const hubs = new Map(state.provider.hubs)
  for (const record of records) hubs.set(record.hub, record)
  return { ...state, provider: { ...state.provider, hubs } }
}
