/** What the operator asks of pubs' host names. */
import type { AdminHostAnswer, DnsView } from '../../protocol/rpc-dns'
import { targetText, wantedNames } from '../dns-plan'
import { named } from '../host-deeds'
import { ownViews } from '../own-looks'
import { refusal } from './commits'
import { type Caller, currentSoon, fieldOf, method } from './method'
import type { Provider } from './provider'

/** Part of the plugin's API object. `asked` throws for everybody but operators. */
export function dnsMethods(asked: (caller: Caller) => Promise<Provider>): object {
  return {
    adminDns: method<DnsView>(async (from) => {
      const one = await asked(from)
      await currentSoon(one)
      const looks = one.ownNames?.looks() ?? new Map()
      return { ...(one.dns?.view() ?? byHand(one)), own: ownViews(one.inbox.state, looks) }
    }),
    adminHost: method<AdminHostAnswer>(async (from, request) => {
      const one = await asked(from)
      await currentSoon(one)
      const pub = fieldOf(request, 'pub')
      if (typeof pub !== 'string') throw refusal('bad-argument', 'pub: expected the name or id of a pub')
      return one.deeds.ask(async () => {
        const done = named(one.inbox.state, one.policy, pub)
        if (!done.ok) throw refusal('refused', done.why)
        await one.inbox.say(done.record, [one.inbox.state.provider.id])
        return { pub: done.record.pub, name: done.record.name, host: done.host }
      })
    }),
  }
}

/** Without a name server: the records that the operator has to make. */
function byHand(one: Provider): DnsView {
  const names = [...wantedNames(one.inbox.state)].filter(([, target]) => target !== null)
  return {
    ...{ server: null, zone: null, trouble: null },
    names: names.map(([host, target]) => ({ host, wanted: targetText(target), known: null, error: null })),
  }
}
