/** Ports, room and volumes, as they physically are on the hubs' engines. */
import type { FeedId, PubId } from '../../../protocol/ids'
import { FREE_PLAN_RESERVED_BYTES } from '../../../protocol/limits'
import { CLOCKS_AGREE_MS } from '../../../protocol/limits-money'
import type { PubMessage } from '../../../protocol/messages/pub'
import { parse } from '../../../protocol/parse'
import type { SimHub } from '../hub'
import type { Message } from '../messages'
import type { Violate } from './violation'

export class Fleet {
  constructor(
    private readonly violate: Violate,
    private readonly hubs: readonly SimHub[],
    private readonly records: ReadonlyMap<PubId, PubMessage>,
  ) {}

  /** After every event. */
  look(): void {
    const ports = new Map<number, string>()
    for (const hub of this.hubs) {
      const { containers } = hub.engine
      let reservedBytes = 0
      for (const [name, { run, process }] of containers) {
        if (this.isLeaving(hub, run.pub)) continue
        // One that does not run is made anew for a later order before it starts, and what a hub that has just started
        // knows may be an earlier one: it takes the less of the two, and is counted whole once it runs.
        const next = process === null ? hub.state.specs.get(run.pub)?.content : undefined
        const takes = Math.min(run.reservedBytes, (next ?? run).reservedBytes)
        // What the plan reserves, whatever the order says.
        reservedBytes += Math.max(takes, FREE_PLAN_RESERVED_BYTES)
        if (process === null) continue
        for (const port of run.web === null ? [run.port] : [run.port, run.web]) {
          const other = ports.get(port)
          if (other !== undefined) this.violate('ports', `${other} and ${name} run on port ${port}`)
          ports.set(port, name)
        }
      }
      if (reservedBytes > hub.place.memoryBytes)
        this.violate(
          'capacity',
          `${hub.machine.name} has ${containers.size} pubs with ${reservedBytes} of ${hub.place.memoryBytes} bytes`,
        )
    }
  }

  /** A run that was put on another hub, and that this one has not heard of yet: it has neither room nor port here. */
  private isLeaving(hub: SimHub, pub: PubId): boolean {
    const record = this.records.get(pub)
    return record !== undefined && record.hub !== hub.machine.id
  }

  /** A record of the provider: no other live pub has its port. */
  recorded(): void {
    const ports = new Map<number, PubId>()
    for (const { pub, status, port, webPort } of this.records.values()) {
      if (status !== 'live') continue
      for (const one of webPort === null ? [port] : [port, webPort]) {
        if (ports.has(one)) this.violate('ports', `port ${one} was given twice`)
        ports.set(one, pub)
      }
    }
  }

  /** A hub's word that a run is gone, whose port is then given to the next; or that it is stopped as ordered. */
  reported(hub: FeedId, message: Message): void {
    const parsed = parse(message.content)
    if (!parsed.ok || parsed.value.type !== 'buttcloud/observed') return
    const { pub, phase, trouble, revision } = parsed.value
    const stopped = phase === 'down' && trouble === null
    if (phase !== 'removed' && !stopped) return
    const found = this.hubs.find((one) => one.machine.id === hub)
    if (!found?.engine.processOf(pub)) return
    // A later order may have started it again while the report was being written.
    if (stopped && found.state.specs.get(pub)?.content.revision !== revision) return
    if (stopped) this.violate('as-ordered', `${pub.slice(0, 7)} is reported stopped and runs`)
    else this.violate('ports', `${pub.slice(0, 7)} is reported removed and runs`)
  }

  /** A volume is about to go. */
  purged(hub: SimHub, pub: PubId): void {
    const record = this.records.get(pub)
    const now = hub.machine.clock.now()
    // What it knew when it began to: that the next word of it shows a little less takes nothing back.
    const other = hub.clockAtPurge.get(pub) ?? hub.providerClock()
    const keepUntil = hub.state.specs.get(pub)?.content.keepUntil ?? now
    if (other === null || Math.abs(other.shows - now) > CLOCKS_AGREE_MS || other.shows < keepUntil)
      this.violate('two-clocks', `the volume of ${record?.name} goes by one clock`)
    // The copy on a former hub goes at the date that this hub was told; the pub itself lives on elsewhere, or came back.
    const told = hub.state.specs.get(pub)?.content
    const isFormer = record !== undefined && (record.hub !== hub.machine.id || record.status === 'live')
    if (told?.desired === 'none' && told.epoch > 1 && isFormer) {
      if (told.keepUntil === null || told.keepUntil > now)
        this.violate('retention', `the copy of ${record.name} goes before its time`)
      return
    }
    // Its date had come, and while it was being removed the pub was put back here: it is made anew.
    if (told !== undefined && told.desired !== 'none' && told.epoch > 1 && isFormer) return
    if (record?.status !== 'ended' || record.keepUntil === null || record.keepUntil > now)
      this.violate('retention', `the volume of ${record?.name} goes before its time`)
  }
}
