/** `web NAME on|off`: the pub's web pages. They have a port of their own for life, and memory of their own in the plan. */
import type { Millis } from '../protocol/ids'
import { WEB_RESERVED_BYTES } from '../protocol/limits'
import type { PubFact, Request, State } from '../protocol/state'
import { isOrdered } from './change'
import { beginChange } from './decide-change'
import { answer, type Look } from './look'
import { observationOf, pubNamed, pubsOf, webAddressOf } from './query'
import { whyNoPub } from './unpaid'
import { words } from './words'
import { changeWords } from './words-change'

/** Checks the room, takes a port, and goes on as every change does; without `on` it only says how it is. */
export function beginWeb(
  look: Look,
  request: Request,
  command: { name: string | null; on: boolean | null },
): void {
  const { state, policy } = look.world
  const { name, on } = command
  const refuse = (text: string): void => answer(look, request, 'refused', text, { command: 'web' })
  const live = pubsOf(state, request.author).filter((one) => one.record.status === 'live')
  const only = live.length === 1 ? (live[0] ?? null) : null
  const pub = name === null ? only : pubNamed(state, request.author, name)
  const names = live.map((one) => one.record.name)
  if (pub === null)
    return refuse(name === null ? words.whichPub('web', names) : whyNoPub(state, request.author, name, names))
  const { record } = pub
  if (on === null)
    return answer(look, request, 'done', webAlready(state, pub), { command: 'web', pub: pub.pub })
  if (!on || record.web) return beginChange(look, request, { kind: 'web', name, on, port: record.webPort })
  // One after the other, as beginChange has it: else a port would be taken for nothing.
  if (look.pubsChanged.has(pub.pub) || look.pubsEnded.has(pub.pub)) return look.wakeAt(look.world.now)
  const room = look.places.roomOn(record.hub)
  if (room === null || room.memoryBytes < WEB_RESERVED_BYTES)
    return refuse(changeWords.noRoomForWeb(record.name, `${room?.label ?? 'its server'} is full`))
  const port = record.webPort ?? look.places.freePort()
  if (port === null)
    return refuse(
      changeWords.noRoomForWeb(
        record.name,
        `all ports from ${policy.portMin} to ${policy.portMax} are in use`,
      ),
    )
  look.places.takeOn(record.hub, { memoryBytes: WEB_RESERVED_BYTES, diskBytes: 0, owners: [] })
  beginChange(look, request, { kind: 'web', name, on, port })
}

/** True when the pages that are being switched on stand in the way of the pub; where they go off, that is the answer. */
export function giveUpWeb(look: Look, request: Request, pub: PubFact, deadline: Millis): boolean {
  const mended = mendWeb(look, pub, deadline)
  if (mended?.kind === 'off') {
    const text = changeWords.webFailed(pub.record.name, mended.why)
    answer(look, request, 'failed', text, { command: 'web', pub: pub.pub })
  }
  return mended !== null
}

/**
 * Owes a record where the pages that are being switched on stand in the way of the pub: its port is taken over there
 * (then they get another one), or it does not come up with them in time (then they go off again). Null where they don't.
 */
export function mendWeb(
  look: Look,
  pub: PubFact,
  deadline: Millis,
): { kind: 'port' } | { kind: 'off'; why: string } | null {
  const { state, now } = look.world
  const spec = state.provider.specs.get(pub.pub)
  const observed = observationOf(state, pub)
  // What was said of an earlier order says nothing of this one.
  if (spec === undefined || !isOrdered(pub.record, spec)) return null
  if (observed?.phase !== 'failed' || observed.revision !== spec.revision) return null
  // An engine that is away, or a full disk, is not the doing of the pages: that may pass.
  const theirs = observed.trouble === 'crashing' || observed.trouble === 'out-of-memory'
  if (observed.trouble !== 'port-taken' && !theirs && now < deadline) return null
  if (look.pubsChanged.has(pub.pub) || look.pubsEnded.has(pub.pub)) return null
  const { record } = pub
  const port =
    observed.trouble === 'port-taken' && now < deadline ? look.places.freePort(record.webPort ?? 0) : null
  look.pubsChanged.add(pub.pub)
  if (port !== null) {
    look.owe({ kind: 'record', content: { ...record, webPort: port } })
    return { kind: 'port' }
  }
  look.owe({ kind: 'record', content: { ...record, web: false } })
  return { kind: 'off', why: observed.reason ?? 'its server gave no reason' }
}

/** How it is with the pages of a pub now. */
export function webAlready(state: State, pub: PubFact): string {
  const { record } = pub
  const url = webAddressOf(state, pub)
  return record.web && url !== null
    ? changeWords.webOnAlready(record.name, url)
    : changeWords.webOffAlready(record.name)
}
