/** What the source tells, put into the model. */
import type { PubId } from '../../protocol/ids'
import type { PubView } from '../../protocol/rpc'
import { type Letter, withLetter } from '../letters'
import { SHOWN_KEYS_MAX } from '../shown-letters'
import type { Fact, Progress } from './message'
import { type Facts, LIVE_ITEMS_MAX, type Model, type PubFacts, type Request } from './model'
import { newestLetters } from './thread-limit'
import { telling } from './updated'

/** The model with one more fact. Facts about pubs that are not known are left out. */
export function learned(model: Model, fact: Fact): Model {
  switch (fact.kind) {
    case 'remembered':
      return { ...model, facts: fact.facts }
    case 'identity':
      return { ...model, facts: identified(model.facts, fact) }
    case 'connection':
      return { ...model, connection: fact.connection }
    case 'pubs':
      return { ...model, facts: withPubs(model.facts, fact.views, fact.at) }
    case 'figures':
      return withPub(model, fact.pub, (known) => ({ figures: newer(known.figures, fact.figures, fact.at) }))
    case 'live':
      return withPub(model, fact.pub, (known) => ({
        figures: newer(known.figures, fact.live, fact.at),
        live: [...known.live, fact.live].slice(-LIVE_ITEMS_MAX),
      }))
    case 'samples':
      return withPub(model, fact.pub, (known) => ({
        samples: { ...known.samples, [fact.samples.span]: { value: fact.samples, at: fact.at } },
      }))
    case 'invites':
      return withPub(model, fact.pub, () => ({ invites: { value: fact.invites, at: fact.at } }))
    case 'plans':
      return { ...model, facts: { ...model.facts, plans: { value: fact.plans, at: fact.at } } }
    case 'letters':
      return withLetters(model, fact.letters)
    case 'caught-up':
      return counting({ ...model, lettersCaughtUp: true })
    case 'shown':
      return counting({ ...model, shown: new Set([...model.shown, ...fact.keys]) })
    case 'request':
      return withRequest(model, fact.request, (request) => {
        const next = progressed(request, fact.progress, model.now)
        // The answer can be here before it is known what it answers.
        return request.key === next.key ? next : answeredBy(next, model.letters, model)
      })
    case 'history':
      return { ...model, typed: fact.lines }
    case 'local':
      return { ...model, localProvider: fact.there }
    case 'mail':
      return telling(model, fact.text)
    case 'joined':
    case 'join-failed':
      return model
  }
}

type Identity = Extract<Fact, { kind: 'identity' }>

/** What was known of another provider, or for another identity, is not shown for this one. */
function identified(facts: Facts, { owner, provider }: Identity): Facts {
  const same = facts.owner === owner && facts.provider?.id === provider?.id
  return same ? { ...facts, provider } : { owner, provider, pubs: {}, pubsAt: null, plans: null }
}

function withPubs(facts: Facts, views: PubView[], at: number): Facts {
  const pubs: Record<PubId, PubFacts> = {}
  for (const value of views) {
    const known = facts.pubs[value.pub]
    const none = { figures: null, live: [], samples: {}, invites: null }
    pubs[value.pub] = { ...(known ?? none), view: { value, at } }
  }
  return { ...facts, pubs, pubsAt: at }
}

function withPub(model: Model, pub: PubId, change: (known: PubFacts) => Partial<PubFacts>): Model {
  const known = model.facts.pubs[pub]
  if (known === undefined) return model
  const pubs = { ...model.facts.pubs, [pub]: { ...known, ...change(known) } }
  return { ...model, facts: { ...model.facts, pubs } }
}

/** Answers to two questions can come in the other order. */
function newer<T extends object>(known: { value: T; at: number } | null, value: T, at: number) {
  return known !== null && known.at > at ? known : { value, at }
}

function withLetters(model: Model, letters: Letter[]): Model {
  const known = new Set(model.letters.map(({ key }) => key))
  const fresh = letters.filter(({ key }) => !known.has(key) && known.add(key))
  if (fresh.length === 0) return model
  return counting({
    ...model,
    letters: newestLetters([...model.letters, ...fresh]),
    requests: model.requests.map((request) => answeredBy(request, fresh, model)),
  })
}

function answeredBy(request: Request, letters: Letter[], { facts, now }: Model): Request {
  const { key, sequence } = request
  const { owner } = facts
  if (key === null || sequence === null || owner === null) return request
  const of = { key, sequence, owner }
  const answered = letters.reduce((so, letter) => withLetter(so, letter, of), request.answered)
  if (answered === request.answered) return request
  // An answer shows that it got there, whatever the owner's node says.
  const state = request.state === 'written' ? 'delivered' : request.state
  return { ...request, answered, state, endedAt: request.endedAt ?? (answered.final === null ? null : now) }
}

/** Changes one request. */
export function withRequest(model: Model, id: number, change: (request: Request) => Request): Model {
  const requests = model.requests.map((request) => (request.id === id ? change(request) : request))
  return { ...model, requests }
}

function progressed(request: Request, progress: Progress, now: number): Request {
  switch (progress.state) {
    case 'written':
      return request.key === null
        ? { ...request, state: 'written', key: progress.key, sequence: progress.sequence }
        : request
    case 'delivered':
      return request.state === 'written' ? { ...request, state: 'delivered' } : request
    case 'failed':
      return { ...request, state: 'failed', problem: progress.problem, endedAt: now }
    case 'saving': {
      const { bytes, bytesAll } = progress
      return { ...request, state: 'saving', saved: { file: null, bytes, bytesAll } }
    }
    case 'saved': {
      const { file, bytes } = progress
      return { ...request, state: 'saved', saved: { file, bytes, bytesAll: bytes }, endedAt: now }
    }
  }
}

/** Letters of the provider that nobody has seen; that something is worked on is no news once it is over. */
function counting(model: Model): Model {
  const owner = model.facts.owner
  const ended = new Set<string>()
  for (const { payload } of model.letters)
    if (payload?.kind === 'answer' && payload.final) ended.add(payload.answers)
  const since = remembersSince(model)
  const unread = model.letters.filter(({ key, author, payload, claimedAt }) => {
    if (author === owner || model.shown.has(key) || claimedAt < since) return false
    return !(payload?.kind === 'answer' && !payload.final && ended.has(payload.answers))
  }).length
  return unread === model.unread ? model : { ...model, unread }
}

/** Of what was seen only so much is kept: what is older than all of that was seen, too. */
function remembersSince({ letters, shown }: Model): number {
  if (shown.size < SHOWN_KEYS_MAX) return Number.NEGATIVE_INFINITY
  return letters.find(({ key }) => shown.has(key))?.claimedAt ?? Number.NEGATIVE_INFINITY
}
