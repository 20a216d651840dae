/** Feeds on their way between machines: in order per author, late, lost and sent again, twice, cut off for a while. */
import type { FeedId } from '../../protocol/ids'
import type { Message } from './messages'
import type { Machine, Universe } from './universe'

const TRY_AGAIN_MS = 2_000

export class Network {
  private readonly under = new Set<string>()
  private readonly cut = new Set<Machine>()

  constructor(
    private readonly universe: Universe,
    private readonly machines: Machine[],
  ) {}

  /** Cuts a machine off from all others, or joins it again. */
  partition(machine: Machine, isCut: boolean): void {
    if (isCut) this.cut.add(machine)
    else this.cut.delete(machine)
  }

  isCut(machine: Machine): boolean {
    return this.cut.has(machine)
  }

  /** A feed has grown at its own author's. */
  grown(message: Message): void {
    for (const machine of this.machines)
      if (machine.id !== message.author && machine.wants.has(message.author))
        this.carry(message.author, machine)
  }

  /** Looks after everything that somebody asks for. */
  sweep(): void {
    for (const machine of this.machines) for (const author of machine.wants) this.carry(author, machine)
  }

  private carry(author: FeedId, to: Machine): void {
    const way = `${author} ${to.id}`
    const from = this.machines.find((machine) => machine.id === author)
    if (from === undefined || from === to || this.under.has(way) || !this.behind(author, from, to)) return
    this.under.add(way)
    const { timeline, random, faults } = this.universe
    timeline.at(random.between(1, faults.delayMs), '', () => this.arrive(author, from, to, way))
  }

  private arrive(author: FeedId, from: Machine, to: Machine, way: string): void {
    const { timeline, random, faults } = this.universe
    this.under.delete(way)
    const isThere = ({ life }: Machine) => life.alive && life.asleep == null
    const reachable = isThere(from) && isThere(to) && !this.cut.has(from) && !this.cut.has(to)
    if (!reachable || random.chance(faults.loss)) {
      timeline.at(TRY_AGAIN_MS, '', () => this.behind(author, from, to) && this.carry(author, to))
      return
    }
    const feed = from.disk.feed(author)
    const have = to.disk.feed(author).length
    const count = 1 + random.below(5)
    if (have > 0 && random.chance(faults.duplication)) {
      // Once more what is there already: a store takes only what follows.
      const again = feed[random.below(have)]
      if (again !== undefined) to.store(again.message)
    }
    for (const held of feed.slice(have, have + count)) to.store(held.message)
    if (this.behind(author, from, to)) this.carry(author, to)
  }

  private behind(author: FeedId, from: Machine, to: Machine): boolean {
    return to.wants.has(author) && to.disk.feed(author).length < from.disk.feed(author).length
  }
}
