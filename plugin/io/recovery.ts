/** What the operator asks of escrow and recovery. `asked` throws for everybody else, `own` for all but the provider's own key. */
import type { FeedId } from '../../protocol/ids'
import type { AdminRestoreAnswer, RecoveryRevealed, RecoveryView } from '../../protocol/rpc-escrow'
import { labelOf } from '../fleet-view'
import { restored } from '../restore'
import { refusal } from './commits'
import { type Caller, currentSoon, fieldOf, method } from './method'
import type { Provider } from './provider'

/** The methods, for the plugin's API object. */
export function recoveryMethods(
  asked: (caller: Caller) => Promise<Provider>,
  own: (caller: Caller) => Promise<Provider>,
  idOf: (caller: Caller) => FeedId,
): object {
  return {
    adminRestore: method<AdminRestoreAnswer>(async (from, request) => {
      const one = await asked(from)
      await currentSoon(one)
      const pub = fieldOf(request, 'pub')
      const hub = fieldOf(request, 'hub') ?? null
      if (typeof pub !== 'string' || (hub !== null && typeof hub !== 'string'))
        throw refusal(
          'bad-argument',
          'expected the name or id of a pub, and the label or id of a hub or nothing',
        )
      const sure = fieldOf(request, 'sure') === true
      return one.deeds.ask(() => restore(one, { pub, hub, sure }, idOf(from)))
    }),
    adminRecovery: method<RecoveryView | RecoveryRevealed>(async (from, request) => {
      const one = await own(from)
      const view = viewOf(one)
      return fieldOf(request, 'reveal') === true ? { ...view, file: one.escrow.vault.reveal() } : view
    }),
    adminRecoveryOffline: method<RecoveryView>(async (from, request) => {
      const one = await own(from)
      one.escrow.vault.goOffline(fileOf(request))
      return viewOf(one)
    }),
    adminRecoveryOnline: method<RecoveryView>(async (from, request) => {
      const one = await own(from)
      one.escrow.vault.bring(fileOf(request))
      return viewOf(one)
    }),
    adminRecoveryNew: method<RecoveryView>(async (from) => {
      const one = await own(from)
      one.escrow.vault.replace()
      return viewOf(one)
    }),
  }
}

/** Publishes the record that puts a pub under its next epoch and on a hub. */
export async function restore(
  one: Provider,
  wish: { pub: string; hub: string | null; sure: boolean },
  by: FeedId | null = null,
): Promise<AdminRestoreAnswer> {
  const { inbox, policy, escrow, commits } = one
  const { vault } = escrow
  const keyOf = (pub: Parameters<typeof commits.boundFeed>[0]) => ({
    feed: vault.feedOf(pub.pub),
    opens: vault.opens(pub.pub),
  })
  const done = restored({ state: inbox.state, policy, connected: one.connected(), by, keyOf }, wish)
  if (!done.ok) throw refusal('refused', done.why)
  const { record, label } = done
  const pubId = record.pub
  if (one.restored?.waitsFor(pubId) === true) {
    if (!wish.sure)
      throw refusal(
        'refused',
        `this provider was put back from a backup, and ${record.name} has not come back since: its feed may go on beyond what is here, and would then fork. Wait for its hub, or for its owners to connect, who hold it; when nobody does, say --yes`,
      )
    one.restored.vouch(pubId, record.name)
  }
  const { provider } = inbox.state
  const before = provider.pubs.get(pubId)?.record.hub ?? record.hub
  const from = before === record.hub ? null : labelOf(inbox.state, before)
  await inbox.say(record, [provider.id])
  const { pub, name, epoch, desired } = record
  return { pub, name, hub: label, epoch, desired, from }
}

function viewOf(one: Provider): RecoveryView {
  const { vault } = one.escrow
  const missing: string[] = []
  let held = 0
  for (const { pub, record } of one.inbox.state.provider.pubs.values()) {
    if (record.status !== 'live') continue
    if (vault.holds(pub)) held += 1
    else missing.push(record.name)
  }
  return { ...vault.recovery, held, missing }
}

function fileOf(request: unknown): string {
  const file = fieldOf(request, 'file')
  if (typeof file === 'string') return file
  throw refusal('bad-argument', 'file: expected what the key file holds')
}
