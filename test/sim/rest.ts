/** A provider to which nothing happens any more. */
import { decide } from '../../plugin/decide'
import type { Effect } from '../../plugin/effects'
import { movingOf } from '../../plugin/io/moving'
import type { World } from './world'

/** What the provider would do if it looked now; nothing of one that is not there. */
export function owedAtRest({ provider }: World): Effect[] {
  const { running, machine } = provider
  if (running === null) return []
  const { inbox, ledger } = running
  const facts = {
    connected: running.connected(),
    newcomers: new Set<never>(),
    strangers: new Map(),
    replies: new Map(),
    sealed: running.escrow.vault,
    otherClocks: running.clocks.all(),
    moving: movingOf({ ...running, vault: running.escrow.vault }),
    mail: running.post?.facts() ?? null,
  }
  const policy = provider.policy()
  return decide({ state: inbox.state, now: machine.clock.now(), policy, facts, ledger }).effects
}
