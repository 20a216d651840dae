/** What the provider told, into the model. */
import { changesBetween, SEEN_MAX } from './events'
import type { AdminFact, LookFact } from './message'
import type { AdminModel, Fleet } from './model'

/** Stories are long; who goes back a few screens still finds them. */
const AUDITS_MAX = 8

/** The model with one fact more. */
export function learned(model: AdminModel, fact: AdminFact): AdminModel {
  switch (fact.kind) {
    case 'connection':
      return { ...model, connection: fact.connection }
    case 'provider':
      return { ...model, provider: fact.provider }
    case 'audit': {
      const others = model.audits.filter(({ about }) => about !== fact.about)
      const story = { value: fact.story, at: fact.at }
      return { ...model, audits: [...others, { about: fact.about, story }].slice(-AUDITS_MAX) }
    }
    case 'no-audit':
      return { ...model, told: { text: fact.problem, until: model.now + PROBLEM_MS } }
    case 'deed':
      return cameOf(model, fact)
    default:
      return looked(model, fact)
  }
}

const PROBLEM_MS = 10_000

function looked(model: AdminModel, { kind, value, at }: LookFact): AdminModel {
  const fleet: Fleet = { ...model.fleet, [kind]: { value, at } }
  const changes = changesBetween(model.fleet, fleet, at)
  return { ...model, fleet, seen: [...changes, ...model.seen].slice(0, SEEN_MAX) }
}

/** Only where it was asked for: nothing else opens this box. */
function cameOf(model: AdminModel, fact: Extract<AdminFact, { kind: 'deed' }>): AdminModel {
  const { dialog } = model
  if (dialog?.kind !== 'deed' || dialog.state !== 'waits') return model
  const { ok, text, secret } = fact
  return { ...model, dialog: { ...dialog, state: ok ? 'done' : 'failed', text, secret } }
}
