/** The running provider's state against a fresh fold of the same messages, authors mixed at random. */
import { evolve } from '../../../protocol/evolve'
import type { FeedId } from '../../../protocol/ids'
import { initialState, type State } from '../../../protocol/state'
import { canonical } from '../../helpers/story'
import { type Held, incomingOf } from '../messages'
import type { Random } from '../random'
import type { FakeSbot } from '../sbot'
import type { Violate } from './violation'

export function checkSameState(state: State, sbot: FakeSbot, random: Random, violate: Violate): void {
  const rest: Held[][] = []
  for (const author of sbot.machine.disk.authors()) {
    const end = author === sbot.id ? state.provider.sequence : sbot.given(author)
    if (end > 0) rest.push(sbot.machine.disk.feed(author).slice(0, end).reverse())
  }
  const fresh = initialState(sbot.id)
  while (rest.length > 0) {
    const at = random.below(rest.length)
    // Runs of one author, so that a mix of long feeds has long stretches of each.
    for (let count = 1 + random.below(20); count > 0; count -= 1) {
      const held = rest[at]?.pop()
      if (held !== undefined) evolve(fresh, incomingOf(held, sbot.id))
    }
    if (rest[at]?.length === 0) rest.splice(at, 1)
  }
  const [one, other] = [canonical(known(state)), canonical(known(fresh))]
  if (one !== other) violate('same-state', difference(one, other))
}

/** Without authors that were asked for and have said nothing. */
function known(state: State): State {
  const authors = new Map<FeedId, NonNullable<ReturnType<State['authors']['get']>>>()
  for (const [id, fold] of state.authors) if (fold.sequence > 0) authors.set(id, fold)
  return { ...state, authors }
}

function difference(one: string, other: string): string {
  let at = 0
  while (at < one.length && one[at] === other[at]) at += 1
  const from = Math.max(0, at - 40)
  return `running ${one.slice(from, at + 60)} but folded anew ${other.slice(from, at + 60)}`
}
