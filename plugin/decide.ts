/**
 * What the provider owes now: (state, now, policy, facts) → effects. Looks at every open request, each time anew, so
 * a restart or a replay needs no code of its own. An empty list means settled.
 */

import { leftAside, type Parsed, parseCommand } from '../protocol/command'
import { helpText, shortHelp } from '../protocol/help'
import type { FeedId, Millis } from '../protocol/ids'
import { pubIdOf } from '../protocol/ids'
import { LOOK_AGAIN_MS } from '../protocol/limits'
import { buildOwner } from '../protocol/messages/owner'
import type { Request } from '../protocol/state'
import { answerAddress } from './decide-address'
import { tellAmends } from './decide-amend'
import { beginBilling, beginCancel, tellPayments } from './decide-billing'
import { oweOffUnable } from './decide-cannot-run'
import { beginChange, continueChange, oweOrders } from './decide-change'
import { oweCommissions } from './decide-commission'
import { beginContact, continueContact } from './decide-contact'
import { beginCreate, continueCreate } from './decide-create'
import { askDelete, continueDelete, forgetKeys } from './decide-delete'
import { beginDomain, tendDomains } from './decide-domain'
import { type Held, oweDues } from './decide-dues'
import { answerEmail, answerEmailCode } from './decide-email'
import { beginExport } from './decide-export'
import { beginImport } from './decide-import'
import { answerLog, tellIncidents } from './decide-incidents'
import { beginInvite, continueInvite } from './decide-invite'
import { beginUninvite, continueUninvite, listInvites } from './decide-invites'
import { oweMachines } from './decide-machines'
import { oweMoves, type Stuck, tellMoves } from './decide-moves'
import { oweAnnouncements, oweHalts } from './decide-operator'
import { beginOwners, continueOwners } from './decide-owners'
import { beginPay, continuePaying, unpaidLines } from './decide-pay'
import { beginPlan, followPayments } from './decide-plan'
import { answerPlans } from './decide-plans'
import { tellAddresses } from './decide-readdress'
import { refuseBlocked, refuseBurst, refuseStranger } from './decide-refusals'
import { beginRun } from './decide-run'
import { answerStatus, awayOf } from './decide-status'
import { tellStranded } from './decide-stranded'
import { refuseSuspended } from './decide-suspended'
import { beginWeb } from './decide-web'
import { decideNo, decideYes } from './decide-yes'
import type { Effect } from './effects'
import { keptLines } from './kept'
import { answer, clip, Look, type World } from './look'
import { oweMails } from './mails'
import { type Unmade, unmadeOf } from './never-up'
import { blockOf } from './operator-facts'
import { isGuest } from './owners'
import { pubsOf, viewOf } from './query'
import { continueAsked } from './question'
import { isWithin } from './within'
import { listLine, words } from './words'

export interface Decision {
  effects: Effect[]
  /** When to look again although nothing happened; null for no such time. */
  wakeAt: Millis | null
  /** What is due for want of payment, and waits for a clock or for the operator. */
  held: readonly Held[]
  /** Pubs that should be elsewhere, and why they are not. */
  stuck: readonly Stuck[]
  /** Pubs that operators had made and that never came up. */
  unmade: readonly Unmade[]
}

const MINUTE_MS = 60_000

/** Everything that is caused and not yet answered, as effects. */
export function decide(world: World): Decision {
  const look = new Look(world)
  oweCommissions(look)
  for (const [author, requests] of openByAuthor(world)) {
    if (blockOf(world.state, author) !== null) decideBlocked(look, author, requests)
    else if (isKnown(world, author)) decideAuthor(look, author, requests)
    else refuseStranger(look, author, requests[requests.length - 1]?.sequence ?? 0)
  }
  for (const [author, sequence] of world.facts.strangers) {
    if (world.state.authors.get(author)?.requests.size) continue
    if (blockOf(world.state, author) === null) refuseStranger(look, author, sequence)
    else refuseBlocked(look, author, sequence, [])
  }
  followPayments(look)
  tendDomains(look)
  oweOrders(look)
  tellIncidents(look)
  tellPayments(look)
  oweHalts(look)
  oweDues(look)
  oweMoves(look)
  oweOffUnable(look)
  tellMoves(look)
  tellStranded(look)
  tellAmends(look)
  tellAddresses(look)
  oweMachines(look)
  oweAnnouncements(look)
  forgetKeys(look)
  oweMails(look)
  for (const effect of look.effects) if (effect.kind === 'answer') sayLeftAside(effect)
  const unmade = unmadeOf(world, () => look.places, world.now)
  return { effects: look.effects, wakeAt: wakeAfter(look), held: look.held, stuck: look.stuck, unmade }
}

/** When nothing is owed, looking again at once finds the same: a time that is past waits a moment, and nothing spins. */
function wakeAfter({ effects, wakeTime, world }: Look): Millis | null {
  const idle = effects.length === 0 && wakeTime !== null && wakeTime <= world.now
  return idle ? world.now + LOOK_AGAIN_MS : wakeTime
}

function openByAuthor(world: World): Map<FeedId, Request[]> {
  const byAuthor = new Map<FeedId, Request[]>()
  for (const request of world.state.open.values()) {
    const list = byAuthor.get(request.author)
    if (list === undefined) byAuthor.set(request.author, [request])
    else list.push(request)
  }
  for (const list of byAuthor.values()) list.sort((a, b) => a.sequence - b.sequence)
  return byAuthor
}

function isKnown(world: World, author: FeedId): boolean {
  const { state, facts } = world
  return state.provider.owners.has(author) || facts.newcomers.has(author) || isGuest(state, author)
}

/** Work under way goes on; new requests are taken up to the limit; what is over gets one combined answer. */
function decideAuthor(look: Look, author: FeedId, requests: Request[]): void {
  const { state, now, policy } = look.world
  const recent = (state.provider.recent.get(author) ?? []).filter((at) => isWithin(at, MINUTE_MS, now))
  let room = policy.requestsPerMinuteMax - recent.length
  const over: Request[] = []
  let asking = false
  for (const request of requests) {
    if (continueWork(look, request)) continue
    if (over.length === 0 && room > 0) {
      room -= 1
      begin(look, request)
      asking ||= waitsForReply(look, request)
    } else over.push(request)
  }
  // A combined answer covers everything before it: who waits for a hub's reply gets an answer of their own first.
  if (over.length > 0 && !asking) refuseBurst(look, author, over)
}

/** Of somebody who is blocked, work under way goes on, and nothing new is begun. */
function decideBlocked(look: Look, author: FeedId, requests: Request[]): void {
  const over = requests.filter((request) => !continueWork(look, request))
  const last = over.at(-1)
  if (last !== undefined) refuseBlocked(look, author, last.sequence, over)
}

/** True while a hub is asked for what this request is to be answered with; the reply wakes the loop. */
function waitsForReply(look: Look, request: Request): boolean {
  const answered = look.effects.some((one) => one.kind === 'answer' && one.request.key === request.key)
  const asked = look.effects.some((one) => one.kind === 'ask' && one.request === request.key)
  return !answered && (asked || look.world.facts.replies.has(request.key))
}

/** True when the request has been taken up before. */
function continueWork(look: Look, request: Request): boolean {
  const { provider } = look.world.state
  const pub = provider.pubs.get(pubIdOf(request.key))
  if (pub !== undefined) {
    continueCreate(look, request, pub)
    return true
  }
  if (continuePaying(look, request)) return true
  const op = provider.ops.get(request.key)
  // An op whose pub has no record: a create was cut off between the two, and begins anew.
  if (op?.kind === 'invite' && provider.pubs.has(op.pub)) {
    continueInvite(look, request, op)
    return true
  }
  if (op?.kind === 'contact') {
    continueContact(look, request, op)
    return true
  }
  if (op?.kind === 'revoke') {
    continueUninvite(look, request, op)
    return true
  }
  if (continueDelete(look, request) || continueAsked(look, request)) return true
  const change = provider.changes.get(request.key)
  if (change === undefined) return false
  if (!continueOwners(look, request, change)) continueChange(look, request, change)
  return true
}

/** Takes up a request that has had no answer of any kind. */
function begin(look: Look, request: Request): void {
  const { state } = look.world
  const command = parseCommand(request.text)
  const valid = !['unclear', 'empty', 'invalid', 'later'].includes(command.kind)
  if (valid && !state.provider.owners.has(request.author) && !ownerOwed(look, request.author))
    look.owe({ kind: 'record', content: buildOwner(request.author, request.key) })
  const at = look.effects.length
  const beginner = BEGINNERS[command.kind] as (look: Look, request: Request, command: Parsed) => void
  if (!refuseSuspended(look, request, command)) beginner(look, request, command)
  greet(look, request, at)
}

/** What each reading of a text begins; the compiler asks for every one. */
type Beginners = {
  [K in Parsed['kind']]: (look: Look, request: Request, command: Extract<Parsed, { kind: K }>) => void
}

const BEGINNERS: Beginners = {
  help: (look, request, { about }) => answer(look, request, 'done', helpText(about), { command: 'help' }),
  list: (look, request) => answer(look, request, 'done', listText(look, request.author), { command: 'list' }),
  status: (look, request, { name }) => answerStatus(look, request, name),
  create: (look, request, { name, plan }) => beginCreate(look, request, name, plan),
  invite: beginInvite,
  invites: (look, request, { name }) => listInvites(look, request, name),
  uninvite: (look, request, { name, id }) => beginUninvite(look, request, name, id),
  start: beginChange,
  stop: beginChange,
  restart: beginChange,
  name: beginChange,
  describe: beginChange,
  upgrade: beginChange,
  rebuild: beginChange,
  export: beginExport,
  import: beginImport,
  follow: beginContact,
  unfollow: beginContact,
  block: beginContact,
  unblock: beginContact,
  run: beginRun,
  owners: beginOwners,
  address: answerAddress,
  log: (look, request, { name }) => answerLog(look, request, name),
  web: beginWeb,
  domain: beginDomain,
  plans: answerPlans,
  plan: beginPlan,
  email: answerEmail,
  'email-code': answerEmailCode,
  pay: beginPay,
  billing: beginBilling,
  cancel: beginCancel,
  delete: (look, request, { name }) => askDelete(look, request, name),
  yes: decideYes,
  no: decideNo,
  later: (look, request, { word }) => answer(look, request, 'refused', words.later(word), { command: word }),
  invalid: (look, request, { reason, command }) => answer(look, request, 'refused', reason, { command }),
  unclear: (look, request, { readings }) => answer(look, request, 'unclear', words.unclear(readings)),
  empty: (look, request) => answer(look, request, 'unclear', words.empty),
}

/** The answer to somebody's very first message carries a short help. */
function greet(look: Look, request: Request, from: number): void {
  const { state } = look.world
  const { provider } = state
  if (provider.recent.has(request.author) || provider.owners.has(request.author)) return
  const earlier = look.effects
    .slice(0, from)
    .some((one) => one.kind === 'answer' && one.request.author === request.author)
  const first = look.effects.slice(from).find((one) => one.kind === 'answer')
  if (earlier || first === undefined || first.kind !== 'answer' || first.payload.command === 'help') return
  first.text = `${first.text}\n\n${shortHelp()}`
}

/** A message with several commands: its answer says that the first one alone was looked at. */
function sayLeftAside(effect: Extract<Effect, { kind: 'answer' }>): void {
  const { final, outcome } = effect.payload
  if (!final || outcome === 'unclear') return
  const aside = leftAside(effect.request.text)
  if (aside !== null) effect.text = clip(`${effect.text}\n\n${words.leftAside(aside)}`)
}

function ownerOwed(look: Look, owner: FeedId): boolean {
  return look.effects.some(
    (one) => one.kind === 'record' && one.content.type === 'buttcloud/owner' && one.content.owner === owner,
  )
}

function listText(look: Look, owner: FeedId): string {
  const { state, ledger, now } = look.world
  const live = pubsOf(state, owner).filter((pub) => pub.record.status === 'live')
  const more = [...unpaidLines(look, owner), ...keptLines(state, owner, now)]
  if (live.length + more.length === 0) return 'You have no pub yet. `create NAME` makes one.'
  const lines = live.map((pub) => listLine(viewOf(state, pub, ledger), awayOf(look, pub)))
  return ['Your pubs:', '', ...lines, ...more].join('\n')
}
