/** An operator who stops pubs, blocks people and announces things, by the real methods of the operator's own API. */
import type { Caller } from '../../plugin/io/method'
import { operatorMethods } from '../../plugin/io/operator-api'
import type { Provider } from '../../plugin/io/provider'
import { ALICE, BOB, PROVIDER } from './actors'
import { Random } from './random'
import type { World } from './world'

/** One world in nine has such an operator; the others are as they were without. */
const IN_WORLDS = { every: 9, from: 2 } as const

type Method = (this: Caller, request: unknown, then: (error: Error | null) => void) => void
type Methods = Record<'adminSuspend' | 'adminBlock' | 'adminAnnounce', Method>

export class SimOperator {
  private readonly random: Random
  private announced = 0

  constructor(private readonly world: World) {
    this.random = new Random(world.seed * 11 + 5)
    if (world.seed % IN_WORLDS.every === IN_WORLDS.from) this.later()
  }

  private later(): void {
    this.world.timeline.at(this.random.between(20_000, 120_000), '', () => this.act())
  }

  private act(): void {
    const { running } = this.world.provider
    if (running?.inbox.complete) {
      const does = this.random.pick(['suspend', 'suspend', 'suspend', 'block', 'announce'])
      if (this.world.healed) this.letAllIn(running)
      else if (does === 'suspend') this.suspendSome(running)
      else if (does === 'block') this.blockSome(running)
      else this.announce(running)
    }
    this.later()
  }

  private suspendSome(running: Provider): void {
    const { pubs, operator } = running.inbox.state.provider
    const live = [...pubs.values()].filter(({ record }) => record.status === 'live')
    if (live.length === 0) return
    const { pub, record } = this.random.pick(live)
    const isHalted = operator.halts.get(pub)?.content.halted === true
    // Now and then another reason for the same.
    const halted = !isHalted || this.random.chance(0.2)
    const reason = this.random.chance(0.5) ? `reason ${this.random.below(3)}` : null
    this.ask(
      running,
      'adminSuspend',
      { pub, halted, reason },
      `${halted ? 'holds' : 'lets go'} ${record.name}`,
    )
  }

  private blockSome(running: Provider): void {
    const feed = this.random.pick([ALICE, BOB])
    const isBlocked = running.inbox.state.provider.operator.blocks.get(feed)?.content.blocked === true
    const wish = { feed, blocked: !isBlocked, reason: null }
    this.ask(running, 'adminBlock', wish, `${isBlocked ? 'unblocks' : 'blocks'} ${feed.slice(0, 7)}`)
  }

  private announce(running: Provider): void {
    this.announced += 1
    this.ask(running, 'adminAnnounce', { text: `news ${this.announced}`, send: true }, 'announces news')
  }

  /** In the end everybody is answered; pubs that are held stay so. */
  private letAllIn(running: Provider): void {
    for (const { content } of running.inbox.state.provider.operator.blocks.values()) {
      if (!content.blocked) continue
      const wish = { feed: content.feed, blocked: false, reason: null }
      this.ask(running, 'adminBlock', wish, `lets ${content.feed.slice(0, 7)} in`)
    }
  }

  private ask(running: Provider, method: keyof Methods, wish: object, what: string): void {
    const callers = { idOf: () => PROVIDER, asked: async () => running, operators: new Set<never>() }
    const methods = operatorMethods(callers) as Methods
    methods[method].call({ id: PROVIDER }, wish, (error) => {
      this.world.trace(() => `the operator ${what}: ${error === null ? 'done' : error.message}`)
    })
  }
}
