/**
 * An operator with a cluster file: makes pubs for people, changes plan, web pages, owners and places, and ends pubs, by the real
 * methods. Now and then the same file comes twice, or something has changed since they looked.
 */
import { clusterMethods } from '../../plugin/io/cluster-api'
import type { Caller } from '../../plugin/io/method'
import type { Provider } from '../../plugin/io/provider'
import type { FeedId } from '../../protocol/ids'
import type { AdminApplyRequest, ClusterView } from '../../protocol/rpc-cluster'
import { ALICE, BOB, PROVIDER } from './actors'
import { GUEST, NAMES } from './people'
import { Random } from './random'
import type { World } from './world'

/** One world in five has one; the others are as they were without. */
const IN_WORLDS = { every: 5, from: 4 } as const

type Apply = (
  this: Caller,
  request: AdminApplyRequest,
  then: (error: Error | null, view: ClusterView) => void,
) => void

/** What is applied, as the checkers keep it. */
export interface Applied {
  names: string[]
  prune: string[]
}

export class SimCluster {
  private readonly random: Random

  constructor(private readonly world: World) {
    this.random = new Random(world.seed * 13 + 9)
    if (world.seed % IN_WORLDS.every === IN_WORLDS.from) this.later()
  }

  private later(): void {
    this.world.timeline.at(this.random.between(20_000, 200_000), '', () => {
      if (this.world.healed) return
      this.act()
      this.later()
    })
  }

  private act(): void {
    const { random } = this
    const live = [...(this.world.provider.running?.inbox.state.provider.pubs.values() ?? [])].flatMap(
      ({ record }) => (record.status === 'live' ? [record.name] : []),
    )
    const prune = live.length > 0 && random.chance(0.2) ? [random.pick(live)] : []
    const names = new Set<string>()
    for (let count = 1 + random.below(2); count > 0; count -= 1)
      names.add(random.pick(live.length > 0 && random.chance(0.5) ? live : NAMES))
    for (const name of prune) names.delete(name)
    const pubs = [...names].map((name) => this.wishFor(name)).join('')
    const wish = { names: [...names], prune }
    const text = `version: 1\npubs:\n${pubs}`
    this.apply(text, wish)
    if (random.chance(0.4))
      this.world.timeline.at(random.between(0, 60_000), '', () => this.apply(text, wish))
  }

  private wishFor(name: string): string {
    const { random } = this
    const owners: FeedId[] = random.pick([[ALICE], [BOB], [ALICE, BOB], [BOB, GUEST]])
    const lines = [`  ${name}:`, `    owners: [${owners.map((id) => `"${id}"`).join(', ')}]`]
    if (random.chance(0.4)) lines.push(`    plan: ${random.pick(['tiny', 'big'])}`)
    if (random.chance(0.4)) lines.push(`    web: ${random.pick(['on', 'off'])}`)
    if (random.chance(0.15)) lines.push(`    hub: ${random.pick(this.world.hubs).place.label}`)
    return `${lines.join('\n')}\n`
  }

  /** Looks at it, and says yes to what was shown, after a while. */
  private apply(text: string, wish: Applied): void {
    const request = { file: 'cluster.yaml', text, prune: wish.prune }
    this.ask({ ...request, dryRun: true, digest: null }, ({ digest, changes, faults }) => {
      if (faults.length > 0) this.world.violate('no-crash', `a good cluster file is refused: ${faults[0]}`)
      if (changes.length === 0) return
      const says = () => {
        this.world.checks.cluster.applies(wish)
        this.ask({ ...request, dryRun: false, digest }, (view) => this.again(text, wish, view))
      }
      this.world.timeline.at(this.random.chance(0.7) ? 0 : this.random.between(0, 20_000), '', says)
    })
  }

  /** What has just been done is not to be done any more. */
  private again(text: string, { prune }: Applied, { changes, applied }: ClusterView): void {
    const { checks, trace } = this.world
    if (applied === null) return
    trace.call(this.world, () => `applied: ${changes.map(({ words }) => words).join('; ')}`)
    if (applied.refused.length > 0) return
    this.ask({ file: 'cluster.yaml', text, prune, dryRun: true, digest: null }, (view) =>
      checks.cluster.isDone(changes, view.changes),
    )
  }

  private ask(request: AdminApplyRequest, then: (view: ClusterView) => void): void {
    const { running } = this.world.provider
    if (running === null || !running.inbox.complete) return
    const asked = async (): Promise<Provider> => running
    const { adminApply } = clusterMethods(asked, () => PROVIDER) as { adminApply: Apply }
    adminApply.call({ id: PROVIDER }, request, (error, view) => {
      if (error === null) then(view)
      else this.world.trace(() => `the cluster file is not applied: ${error.message}`)
    })
  }
}
