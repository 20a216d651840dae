/** Where the planted bugs about leases and moves go in: around what the provider hears, says, and knows of its hubs. */
import type { Provider } from '../../plugin/io/provider'
import type { FeedId, Millis } from '../../protocol/ids'
import { buildPost } from '../../protocol/messages/answer'
import type { PubMessage } from '../../protocol/messages/pub'
import type { SpecMessage } from '../../protocol/messages/spec'
import { parsePayload } from '../../protocol/parse'
import type { Incoming } from '../../sbot/port'
import { HUBS } from './actors'
import type { Bug, Bugs } from './bugs'
import type { FakeSbot } from './sbot'
import type { Universe } from './universe'

type Content = { trouble?: unknown; type?: unknown; status?: unknown; phase?: unknown; pub?: unknown }
type Hears = (content: Content, author: FeedId, running: Provider | null) => Content

const MISHEARD: Partial<Record<Bug, Hears>> = {
  'drain-not-heard': (one) =>
    one.type === 'buttcloud/hub' && one.status !== 'retired' ? { ...one, status: 'admitted' } : one,
  'unable-not-heard': (one) => (one.type === 'buttcloud/observed' ? { ...one, trouble: null } : one),
  'engine-gone-not-heard': (one) => (one.type === 'buttcloud/capacity' ? { ...one, trouble: null } : one),
  'removed-is-any-word': (one, author, running) => {
    const record = running?.inbox.state.provider.pubs.get(one.pub as PubMessage['pub'])?.record
    const isFormer = one.type === 'buttcloud/observed' && record !== undefined && record.hub !== author
    return isFormer ? { ...one, ...{ phase: 'removed', revision: Number.MAX_SAFE_INTEGER } } : one
  },
}
export const MOVE_BUGS_IN_READING = Object.keys(MISHEARD) as Bug[]

export function misheardMoves(message: Incoming, bugs: Bugs, running: Provider | null): Incoming {
  let content = message.content as Content | null
  for (const bug of MOVE_BUGS_IN_READING)
    if (bugs.has(bug) && content !== null && typeof content === 'object')
      content = MISHEARD[bug]?.(content, message.author, running) ?? null
  return { ...message, content }
}

export function plantInMoves(universe: Universe, provider: Provider): void {
  plantInLeases(universe, provider)
  plantInSaidMoves(universe, provider)
  const { commits, inbox } = provider
  if (!universe.bugs.has('invites-stay-behind')) return
  const open = commits.open.bind(commits)
  commits.open = async (caller, request) => {
    const answer = await open(caller, request)
    const pub = (request as { pub: PubMessage['pub'] }).pub
    const hasMoved = (inbox.state.provider.pubs.get(pub)?.record.moved ?? null) !== null
    return hasMoved ? { ...answer, invites: [] } : answer
  }
}

function plantInLeases({ bugs }: Universe, { leases, sbot }: Provider): void {
  const silence = leases.silence.bind(leases)
  const renew = leases.renew.bind(leases)
  const each = (change: (hub: FeedId, ms: Millis) => Millis): void => {
    leases.silence = (hubs) => new Map([...silence(hubs)].map(([hub, ms]) => [hub, change(hub, ms)]))
  }
  if (bugs.has('lease-too-short')) each((_, ms) => 2 * ms)
  if (bugs.has('no-grace-after-start')) each((hub, ms) => (leases.has(hub) ? ms : ms + 3_600_000))
  if (bugs.has('no-grace-after-pause')) {
    const { clock } = (sbot as FakeSbot).machine
    const began = clock.steady()
    const asked = new Map<FeedId, number>()
    leases.renew = (hub) => {
      asked.set(hub, clock.steady())
      renew(hub)
    }
    // Of one hub: of all of them it would look like a storm.
    each((hub, ms) => (hub === HUBS[0]?.id ? clock.steady() - (asked.get(hub) ?? began) : ms))
  }
  if (!bugs.has('no-storm-breaker')) return
  // Only the one that has been silent for longest is seen.
  leases.silence = (hubs) => {
    const found = silence(hubs)
    const longest = [...found].sort(([, a], [, b]) => b - a)[0]?.[0]
    return new Map([...found].map(([hub, ms]) => [hub, hub === longest ? ms : 0]))
  }
}

function plantInSaidMoves({ bugs }: Universe, { inbox, sbot }: Provider): void {
  const say = inbox.say.bind(inbox)
  const recordOf = (pub: PubMessage['pub']) => inbox.state.provider.pubs.get(pub)?.record
  const changed = (change: (content: PubMessage | SpecMessage) => object): void => {
    inbox.say = (content, recps) => say({ ...content, ...change(content as PubMessage | SpecMessage) }, recps)
  }
  const moveOf = (content: PubMessage | SpecMessage): PubMessage | null => {
    const isMove = content.type === 'buttcloud/pub' && recordOf(content.pub)?.hub !== content.hub
    return isMove && content.moved !== null ? content : null
  }
  if (bugs.has('move-keeps-epoch'))
    changed((content) => {
      const move = moveOf(content)
      return move === null ? {} : { epoch: move.epoch - 1 }
    })
  if (bugs.has('moved-onto-itself'))
    changed((content) => {
      const move = moveOf(content)
      return move === null ? {} : { hub: move.moved?.from }
    })
  if (bugs.has('farewell-without-date'))
    changed((content) => {
      const isFarewell = content.type === 'buttcloud/spec' && content.desired === 'none'
      return isFarewell && recordOf(content.pub)?.status === 'live' ? { keepUntil: null } : {}
    })
  if (bugs.has('move-told-early'))
    inbox.say = async (content, recps) => {
      const move = moveOf(content as PubMessage)
      const said = await say(content, recps)
      if (move === null) return said
      const { pub, owners } = move
      const notice = { v: 1, kind: 'notice', question: null, to: null, topic: 'moved', host: null } as const
      const payload = { ...notice, pub, causes: said.key }
      const all = [...owners, sbot.id]
      await say(
        buildPost({ text: 'It is up there.', root: null, branch: null, recps: all, mentions: [], payload }),
        all,
      )
      return said
    }
  if (bugs.has('move-told-twice'))
    inbox.say = async (content, recps) => {
      const payload = parsePayload(content)
      if (payload?.kind === 'notice' && payload.topic === 'moved') await say(content, recps)
      return say(content, recps)
    }
}
