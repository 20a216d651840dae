/** Where the planted bugs go in: around a program's node and its parts, never inside them. */

import type { Look } from '../../hub-daemon/plan'
import type { Provider } from '../../plugin/io/provider'
import { DEFAULT_POLICY } from '../../plugin/policy'
import { invitesOf } from '../../plugin/query'
import { YES } from '../../protocol/command-words'
import type { FeedId, Millis, PubId } from '../../protocol/ids'
import type { OtherClock } from '../../protocol/other-clock'
import { parsePayload } from '../../protocol/parse'
import type { Incoming, ReadOptions } from '../../sbot/port'
import type { Bug, Bugs } from './bugs'
import type { FakeSbot } from './sbot'
import { plantInAnswers } from './seams-mail'
import { MONEY_BUGS, misheardMoney, plantInMoney } from './seams-money'
import { MOVE_BUGS_IN_READING, misheardMoves, plantInMoves } from './seams-moves'
import type { Universe } from './universe'

/** Bugs in what is read. */
export function plantInReading(universe: Universe, sbot: FakeSbot, running: () => Provider | null): void {
  const read = sbot.read.bind(sbot)
  if (universe.bugs.has('reverted-not-heard'))
    sbot.read = (options: ReadOptions) =>
      read({ ...options, onMessage: (message) => options.onMessage(asIfKept(message)) })
  if (MONEY_BUGS.some((bug) => universe.bugs.has(bug)))
    sbot.read = (options: ReadOptions) =>
      read({ ...options, onMessage: (message) => options.onMessage(misheardMoney(message, universe.bugs)) })
  if (MOVE_BUGS_IN_READING.some((bug) => universe.bugs.has(bug)))
    sbot.read = (options: ReadOptions) =>
      read({
        ...options,
        onMessage: (message) => options.onMessage(misheardMoves(message, universe.bugs, running())),
      })
  if (!universe.bugs.has('yes-without-branch')) return
  sbot.read = (options: ReadOptions) =>
    read({ ...options, onMessage: (message) => options.onMessage(confirmed(message, running())) })
}

/** As an order has it. */
const sizeOfPlan = (plan: string) => DEFAULT_POLICY.plans.find(({ name }) => name === plan)?.size ?? {}

/** A hub's word as if it had kept to its order. */
function asIfKept(message: Incoming): Incoming {
  const content = message.content as { type?: unknown } | null
  return content?.type === 'buttcloud/observed'
    ? { ...message, content: { ...content, reverted: null } }
    : message
}

/** A yes that is made to look as if it had been said under the latest question of anybody's. */
function confirmed(message: Incoming, provider: Provider | null): Incoming {
  const content = message.content as { type?: unknown; text?: unknown } | null
  if (provider === null || content?.type !== 'post' || !YES.has(String(content.text))) return message
  const questions = [...provider.inbox.state.provider.questions.values()]
  const latest = questions.findLast((one) => one.asked.includes(message.author))
  return latest === undefined ? message : { ...message, content: { ...content, branch: latest.key } }
}

/** True for what a hub that forgets what it has said itself does not hear. */
export function unheard(message: Incoming, bugs: Bugs): boolean {
  const content = message.content as { type?: unknown } | null
  return bugs.has('incidents-forgotten') && content?.type === 'buttcloud/incident'
}

/** What a hub knows of its provider's clock when it plans. */
export function clockBelieved(told: OtherClock | null, now: Millis, bugs: Bugs): OtherClock | null {
  return bugs.has('purge-by-one-clock') ? { shows: now, ageMs: 0 } : told
}

/** What a hub that has trouble with orders hears. */
export function misheard(message: Incoming, bugs: Bugs): Incoming {
  const content = message.content as { type?: unknown } | null
  if (bugs.has('revoked-is-good') && (content as { kind?: unknown } | null)?.kind === 'revoke')
    return { ...message, content: null }
  if (content?.type !== 'buttcloud/spec') return message
  const deaf: [Bug, object][] = [
    ['hub-ignores-epoch', { epoch: 1 }],
    ['restarts-not-counted', { restarts: 0 }],
    ['rebuilds-not-counted', { rebuilds: 0 }],
    ['versions-not-heard', { version: null }],
    ['fallback-not-heard', { fallback: null }],
    ['sizes-not-heard', sizeOfPlan('tiny')],
    ['suspension-not-heard', (content as { desired?: unknown }).desired === 'down' ? { desired: 'up' } : {}],
  ]
  const heard = deaf.filter(([bug]) => bugs.has(bug)).map(([, fields]) => fields)
  return heard.length === 0 ? message : { ...message, content: Object.assign({}, content, ...heard) }
}

/** What a hub with a planted bug believes when it reports. */
export function mistaken(look: Look, bugs: Bugs): Look {
  if (bugs.has('removed-before-it-is')) {
    const runs = new Map(look.facts.engine.runs)
    for (const [pub, { content }] of look.state.specs) if (content.desired === 'none') runs.delete(pub)
    return { ...look, busy: new Set(), facts: { ...look.facts, engine: { ...look.facts.engine, runs } } }
  }
  if (bugs.has('down-before-it-is')) {
    const runs = new Map(look.facts.engine.runs)
    for (const [pub, { content }] of look.state.specs) {
      const run = runs.get(pub)
      if (content.desired === 'down' && run !== undefined) runs.set(pub, { ...run, status: 'exited' })
    }
    return { ...look, busy: new Set(), facts: { ...look.facts, engine: { ...look.facts.engine, runs } } }
  }
  if (bugs.has('result-before-deed')) {
    const deeds = new Map(look.memory.deeds)
    for (const owed of look.state.owed.values())
      for (const op of owed.keys()) deeds.set(op, { ok: true, reason: null })
    return { ...look, memory: { ...look.memory, deeds } }
  }
  return look
}

/** Bugs in what is said and committed. */
export function plantInProvider(universe: Universe, provider: Provider, sbot: FakeSbot): void {
  plantInSaying(universe, provider, sbot)
  plantInCommits(universe, provider, sbot)
  plantInMoney(universe, provider)
  plantInMoves(universe, provider)
  plantInAnswers(universe, provider)
  plantInEscrow(universe, provider)
}

function plantInEscrow({ bugs }: Universe, provider: Provider): void {
  const { vault } = provider.escrow
  if (bugs.has('keys-stay')) vault.has = () => false
  if (!bugs.has('keys-go-at-once')) return
  const { inbox } = provider
  const say = inbox.say.bind(inbox)
  inbox.say = async (content, recps) => {
    const { type, status, pub } = content as { type?: unknown; status?: unknown; pub: PubId }
    const said = await say(content, recps)
    if (type === 'buttcloud/pub' && status === 'ended') vault.forget(pub)
    return said
  }
}

function plantInSaying(universe: Universe, provider: Provider, sbot: FakeSbot): void {
  const { bugs, random } = universe
  const { inbox } = provider
  const say = inbox.say.bind(inbox)
  if (bugs.has('notices-forgotten')) inbox.state.provider.notices.clear()
  if (bugs.has('no-wait-for-own')) inbox.say = (content, recps) => sbot.publish(content, recps)
  if (bugs.has('two-finals'))
    inbox.say = async (content, recps) => {
      const payload = parsePayload(content)
      const twice = payload?.kind === 'answer' && payload.final && random.chance(0.1)
      if (twice) await say(content, recps)
      return say(content, recps)
    }
  if (bugs.has('own-yes-is-enough')) {
    inbox.say = (content, recps) => {
      const payload = parsePayload(content)
      if (payload?.kind !== 'notice' || payload.question === null) return say(content, recps)
      const others = payload.question.asked
      const asked = [...others, ...recps.filter((id) => id !== provider.sbot.id && !others.includes(id))]
      const question = { ...payload.question, asked }
      return say({ ...content, buttcloud: { ...payload, question } }, recps)
    }
    // Who is asked first is taken for the one who wants it.
    const { questions } = inbox.state.provider
    const set = questions.set.bind(questions)
    questions.set = (key, one) => set(key, { ...one, by: one.by ?? one.asked[0] ?? null })
  }
  if (bugs.has('notices-to-old-owners'))
    inbox.say = (content, recps) => {
      const payload = parsePayload(content)
      if (payload?.kind !== 'notice' || payload.to !== null) return say(content, recps)
      const before = inbox.state.provider.threads.get(payload.pub)?.recps ?? recps
      const all = [...new Set([...recps, ...before])]
      return say({ ...content, recps: all }, all)
    }
  if (bugs.has('links-forgotten')) inbox.say = forgetful(inbox, say)
  if (bugs.has('bearer-to-thread'))
    inbox.say = (content, recps) => {
      const payload = parsePayload(content)
      if (payload?.kind !== 'bearer') return say(content, recps)
      const readers =
        [...inbox.state.open.values()].find((one) => one.key === payload.delivers)?.recps ?? recps
      return say({ ...content, recps: readers } as object, readers as FeedId[])
    }
}

/** Once for each: for ever would be without end. */
function forgetful(inbox: Provider['inbox'], say: Provider['inbox']['say']): Provider['inbox']['say'] {
  const forgotten = new Set<string>()
  return async (content, recps) => {
    const said = await say(content, recps)
    const payload = parsePayload(content)
    if (payload?.kind !== 'bearer' || forgotten.has(payload.delivers)) return said
    forgotten.add(payload.delivers)
    inbox.state.provider.delivered.delete(payload.delivers)
    return said
  }
}

function plantInCommits(universe: Universe, provider: Provider, sbot: FakeSbot): void {
  const { bugs } = universe
  const { commits, inbox, ledger, escrow } = provider
  if (bugs.has('revoked-is-good')) inbox.state.provider.revoked.get = () => undefined
  const open = commits.open.bind(commits)
  const commit = commits.commit.bind(commits)
  const epochOf = (request: unknown): unknown => {
    const { pub } = request as { pub: never }
    return inbox.state.provider.pubs.get(pub)?.record.epoch
  }
  const secret = escrow.secret.bind(escrow)
  if (bugs.has('secret-to-any-epoch'))
    escrow.secret = (caller, request) => {
      const record = inbox.state.provider.pubs.get((request as { pub: never }).pub)?.record
      return secret(record?.hub ?? caller, { ...(request as object), epoch: epochOf(request) })
    }
  if (bugs.has('no-epoch-check')) {
    const ours = (request: unknown) => ({ ...(request as object), epoch: epochOf(request) })
    commits.open = (caller, request) => open(caller, ours(request))
    commits.commit = (caller, request) => commit(caller, ours(request))
  }
  if (bugs.has('commit-accepts-gaps'))
    commits.commit = (caller, request) =>
      commit(caller, request).catch((error: Error) => {
        if (!error.message.startsWith('gap')) throw error
        return { sequence: (request as { value: { sequence: number } }).value.sequence }
      })
  if (bugs.has('uses-not-counted')) {
    commits.open = async (caller, request) => {
      const answer = await open(caller, request)
      const ops = invitesOf(inbox.state, (request as { pub: PubId }).pub)
      const invites = ops.map(({ op, invite }) => ({
        ...ledger.invite(op),
        left: invite.uses,
        tag: invite.tag,
      }))
      return { ...answer, invites }
    }
    commits.commit = async (caller, request) => {
      const { value } = request as { value: { content: unknown; author: FeedId; sequence: number } }
      const { type } = value.content as { type?: unknown }
      if (type !== 'contact') return commit(caller, request)
      await sbot.append(value as never).catch((error: Error) => {
        throw new Error(`gap: ${error.message}`)
      })
      await inbox.folded(value.author, value.sequence)
      return { sequence: value.sequence }
    }
  }
}
