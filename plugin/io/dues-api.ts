/** What the operator does about pubs that are not paid for: gifts, permits, and a look at all of it. */
import { buildGrant, type GrantTarget, grantKey } from '../../protocol/messages/grant'
import { buildPermit } from '../../protocol/messages/permit'
import {
  type AdminGrantRequest,
  checkAdminGrant,
  checkAdminPermit,
  type GrantView,
  type MoneyView,
} from '../../protocol/rpc-money'
import { grantTarget, grantView, grantViews, moneyView } from '../money-view'
import { refusal } from './commits'
import { argumentOf, type Caller, method, writing } from './method'
import type { Provider } from './provider'

/** Part of the plugin's API object. `asked` throws for everybody but the provider's own key. */
export function duesMethods(asked: (caller: Caller) => Promise<Provider>): object {
  const known = writing(asked)
  return {
    adminGrant: method<GrantView[]>(async (from, request) => {
      const one = await known(from)
      const wish = argumentOf(checkAdminGrant, request, 'adminGrant')
      const { target } = wish
      if (target === null) return grantViews(one.inbox.state)
      return one.deeds.ask(() => grant(one, target, wish))
    }),
    adminPermit: method<MoneyView>(async (from, request) => {
      const one = await known(from)
      const wish = argumentOf(checkAdminPermit, request, 'adminPermit')
      await one.deeds.ask(() => one.inbox.say(buildPermit(wish), [one.sbot.id]))
      return view(one)
    }),
    adminMoney: method<MoneyView>(async (from) => view(await known(from))),
  }
}

function view(one: Provider): MoneyView {
  const world = { state: one.inbox.state, now: one.now(), policy: one.policy }
  return moneyView(world, one.held(), one.clocks.all(), one.billing.owedNow())
}

async function grant(one: Provider, wanted: string, wish: AdminGrantRequest): Promise<GrantView[]> {
  const { state } = one.inbox
  const target: GrantTarget | null = grantTarget(state, wanted)
  if (target === null)
    throw refusal(
      'refused',
      `there is neither a pub nor a person called ${wanted} here; \`buttcloud admin pubs\` lists the pubs, and a person is named by their feed id`,
    )
  const { until, given } = wish
  if (given && until !== null && until <= one.now())
    throw refusal('refused', `${new Date(until).toISOString().slice(0, 10)} is over, so nothing was given`)
  const key = grantKey(target)
  if (!given && state.provider.money.grants.get(key)?.content.given !== true)
    throw refusal('refused', `nothing was given to ${wanted}, so there is nothing to take back`)
  await one.inbox.say(buildGrant({ target, until: given ? until : null, given }), [one.sbot.id])
  const told = state.provider.money.grants.get(key)
  return told === undefined ? [] : [grantView(state, told)]
}
