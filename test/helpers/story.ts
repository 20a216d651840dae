/** Given–when–then for the provider: messages in, effects out, without any node. Actors are alice, bob and oscar. */

import { type Decision, decide } from '../../plugin/decide'
import type { Brought } from '../../plugin/decide-import'
import type { Effect, Mail, MailTo, Reply } from '../../plugin/effects'
import { type Facts, type MovingFacts, noticeThread } from '../../plugin/look'
import type { MachineFacts } from '../../plugin/machines'
import type { OwnLook } from '../../plugin/own-looks'
import { DEFAULT_POLICY, type Policy } from '../../plugin/policy'
import type { Ledger } from '../../plugin/query'
import { Standing } from '../../plugin/standing'
import { evolve, type Folded } from '../../protocol/evolve'
import type { FeedId, InviteKey, MessageId, Millis, PubId } from '../../protocol/ids'
import { buildPost } from '../../protocol/messages/answer'
import { buildCapacity } from '../../protocol/messages/capacity'
import { buildHub } from '../../protocol/messages/hub'
import type { OtherClock } from '../../protocol/other-clock'
import { initialState, type State } from '../../protocol/state'

/** A canonical feed id made of a name. */
export function feed(name: string): FeedId {
  return `@${base64(name)}.ed25519` as FeedId
}

/** A canonical message id made of a text. */
export function key(text: string): MessageId {
  return `%${base64(text)}.sha256` as MessageId
}

function base64(text: string): string {
  return Buffer.from(text.padEnd(32, '.').slice(0, 32)).toString('base64')
}

export const provider = feed('provider')
export const hub = feed('hub')
export const alice = feed('alice')
export const bob = feed('bob')
export const oscar = feed('oscar')

/** A ledger without crypto: plain, reversible, and unlike for unlike requests. */
export const plainLedger: Ledger = {
  invite: (request) => ({
    key: feed(`i${request.slice(1, 24)}`) as string as InviteKey,
    seed: `seed-of-${request.slice(1, 24)}`,
    tag: `tag ${request.slice(1, 24)}`,
  }),
  machine: (name) => ({ key: feed(`machine ${name}`) as string as InviteKey, seed: `seed-of-${name}` }),
  note: (tag, member) => `${tag} ${member.slice(1, 9)}`.slice(0, 64),
}

const START: Millis = Date.UTC(2030, 0, 1)

const COMPARED_PUBS_MAX = 1_000

function compare(found: Decision, anew: Decision): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(anew)]
  if (one === other) return
  let at = 0
  while (one[at] === other[at]) at += 1
  const near = (text: string): string => text.slice(Math.max(0, at - 200), at + 300)
  throw new Error(`what was kept shows: ${near(one)} but looked at anew ${near(other)}`)
}

/** A provider's view that a test writes into, message by message. */
export class Story {
  readonly state: State = initialState(provider)
  /** Everything told so far, in order of telling. */
  readonly log: Folded[] = []
  now: Millis = START
  policy: Policy = { ...DEFAULT_POLICY }
  readonly newcomers = new Set<FeedId>([alice, bob])
  readonly strangers = new Map<FeedId, number>()
  /** What hubs said to asks; tests put the replies in. */
  readonly replies = new Map<MessageId, Reply>()
  /** What people have uploaded. */
  readonly brought = new Map<FeedId, Brought>()
  /** Pubs whose secrets are in escrow. */
  readonly sealed = new Set<PubId>()
  readonly connected = new Set<FeedId>([hub])
  readonly goneSince = new Map<FeedId, Millis>()
  /** Mails that went into the queue. */
  readonly mails: Mail[] = []
  /** Who has a confirmed address; null: no mail is sent here. */
  addressed: ReadonlySet<string> | null = null
  /** What other clocks show, as against ours; none: nobody else has told the time. */
  otherClocksAheadMs: number[] = []
  /** How long ago they said so. */
  otherClocksAgeMs = 0
  /** What is known of leases and of machines; null: nothing. */
  moving: (() => MovingFacts) | null = null
  machines: (() => MachineFacts) | null = null
  /** What was found of owners' domains. */
  readonly ownLooks = new Map<PubId, OwnLook>()
  /** When the provider started; null: long ago. */
  startedAt: Millis | null = null
  private standing: Standing | null = null
  private readonly sequences = new Map<FeedId, number>()
  private count = 0

  /** A message of anybody, folded. Gives its key. */
  tells(author: FeedId, content: object, isPrivate = true): MessageId {
    const sequence = (this.sequences.get(author) ?? 0) + 1
    this.sequences.set(author, sequence)
    this.count += 1
    const id = key(`m${this.count} ${author.slice(1, 12)}`)
    const message = {
      key: id,
      author,
      sequence,
      claimedAt: this.now,
      receivedAt: this.now,
      private: isPrivate,
      content,
    }
    this.log.push(message)
    evolve(this.state, message)
    return id
  }

  /** A private post to the provider, as Patchwork writes it. */
  asks(
    author: FeedId,
    text: string,
    thread: { root?: MessageId; branch?: MessageId; recps?: FeedId[] } = {},
  ): MessageId {
    return this.tells(author, { type: 'post', text, recps: thread.recps ?? [author, provider], ...thread })
  }

  /** One admitted hub with this much memory for pubs. */
  withHub(id: FeedId = hub, memoryBytes = 4 * 1024 ** 3, label = 'hub-1'): this {
    this.tells(provider, buildHub({ hub: id, status: 'admitted', label, token: null }))
    this.offers(memoryBytes, id)
    this.connected.add(id)
    return this
  }

  /** A hub says how much memory it has for pubs. */
  offers(memoryBytes: number, id: FeedId = hub): void {
    const fields = { diskBytes: 1e12, engine: 'process' as const, host: 'pubs.example', version: '1' }
    this.tells(id, buildCapacity({ memoryBytes, ...fields }))
  }

  otherClocks(): OtherClock[] {
    return this.otherClocksAheadMs.map((ahead) => ({ shows: this.now + ahead, ageMs: this.otherClocksAgeMs }))
  }

  decide(): Decision {
    const { connected, newcomers, strangers, startedAt } = this
    const since = startedAt === null ? {} : { currentSince: startedAt }
    const { replies, goneSince, brought } = this
    const { addressed, mails } = this
    const mail =
      addressed === null
        ? null
        : {
            taken: new Set(mails.map((one) => one.key)),
            has: (to: MailTo) =>
              to.kind === 'operator' || addressed.has(to.kind === 'owner' ? to.owner : to.customer),
          }
    const otherClocks = this.otherClocks()
    const local = {
      ...{ mail, otherClocks, sealed: this.sealed, ownLooks: this.ownLooks },
      ...(this.moving === null ? {} : { moving: this.moving() }),
      ...(this.machines === null ? {} : { machines: this.machines() }),
    }
    const facts: Facts = { connected, newcomers, strangers, replies, goneSince, brought, ...since, ...local }
    const { state, now, policy } = this
    if (this.standing?.policy !== policy) this.standing = new Standing(state, policy)
    const world = { state, now, policy, facts, ledger: plainLedger }
    const found = decide({ ...world, standing: this.standing })
    // What is kept from look to look shall never show.
    if (state.provider.pubs.size <= COMPARED_PUBS_MAX) compare(found, decide(world))
    return found
  }

  /** Decides, publishes everything owed, and decides again until nothing is owed. Gives all the effects. */
  settle(): Effect[] {
    const done: Effect[] = []
    for (let round = 0; round < 50; round += 1) {
      const { effects } = this.decide()
      if (effects.length === 0) return done
      for (const effect of effects) {
        this.perform(effect)
        done.push(effect)
      }
    }
    throw new Error('the provider never settles')
  }

  /** What io/perform.ts does, on this story's feed. */
  perform(effect: Effect): MessageId {
    switch (effect.kind) {
      case 'record':
      case 'order':
        return this.tells(provider, effect.content)
      case 'answer': {
        const root = effect.request.root ?? effect.request.key
        return this.tells(provider, buildPost({ ...frame(effect), root, branch: effect.request.key }))
      }
      case 'bearer':
        return this.tells(provider, buildPost({ ...frame(effect), root: null, branch: null }))
      case 'notice': {
        const { owners, text, payload } = effect
        const recps = [...owners, provider]
        const thread = noticeThread(this.state, recps, payload)
        const mentions = owners.map((id) => ({ id, name: 'x' }))
        const place = { root: thread?.root ?? null, branch: thread?.head ?? null }
        return this.tells(provider, buildPost({ text, ...place, recps, mentions, payload }))
      }
      case 'ask':
        // A status does without figures; a test that wants some puts them in before it settles.
        this.replies.set(
          effect.request,
          effect.ask.kind === 'status' ? { state: 'failed', reason: 'no hub here' } : { state: 'waiting' },
        )
        return effect.request
      case 'forget':
        this.sealed.delete(effect.pub)
        return key(`forgotten ${effect.pub.slice(1, 12)}`)
      case 'mail':
        this.mails.push(effect.mail)
        return key(`mail ${effect.mail.key}`.slice(0, 24))
      case 'burst':
        return this.tells(
          provider,
          buildPost({ ...frame({ ...effect, recps: [effect.to, provider] }), root: null, branch: null }),
        )
    }
  }
}

function frame(
  effect:
    | Extract<Effect, { kind: 'answer' | 'bearer' }>
    | (Extract<Effect, { kind: 'burst' }> & { recps: FeedId[] }),
) {
  const to = effect.kind === 'answer' ? effect.request.author : effect.to
  return {
    text: effect.text,
    recps: effect.recps,
    mentions: [{ id: to, name: 'x' }],
    payload: effect.payload,
  }
}

/** The answers among effects, as `outcome` or `outcome:command`. */
export function outcomes(effects: Effect[]): string[] {
  return effects.flatMap((one) =>
    one.kind === 'answer' ? [one.payload.outcome] : one.kind === 'burst' ? ['burst'] : [],
  )
}

/** The text of the only, or the last, answer. */
export function lastText(effects: Effect[]): string {
  const texts = effects.flatMap((one) => (one.kind === 'answer' ? [one.text] : []))
  return texts[texts.length - 1] ?? ''
}

/** A state as text that is the same for the same facts, whatever order they came in. */
export function canonical(state: State): string {
  return JSON.stringify(state, (_name, value: unknown) => {
    if (value instanceof Map) return [...value].map(([k, v]) => [String(k), v]).sort(byFirst)
    if (value instanceof Set) return [...value].sort()
    return value
  })
}

function byFirst(a: unknown[], b: unknown[]): number {
  return String(a[0]) < String(b[0]) ? -1 : 1
}
