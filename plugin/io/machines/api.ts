/** What the operator asks about machines. */
import type { FeedId } from '../../../protocol/ids'
import {
  type AdminMachineTokenAnswer,
  checkAdminMachineAdd,
  checkAdminMachineRemove,
  checkAdminMachineToken,
  type MachinesView,
  type MachineView,
} from '../../../protocol/rpc-machines'
import {
  type MachineDeed,
  type MachineDeedWorld,
  machineAdded,
  machineRemoved,
  tokenMayBeShown,
} from '../../machine-deeds'
import { machinesView } from '../../machine-view'
import { machineStep } from '../../machines'
import { refusal } from '../commits'
import { argumentOf, type Caller, method, writing } from '../method'
import type { Provider } from '../provider'

/** Part of the plugin's API object. `asked` rejects for everybody but the operators. */
export function machineMethods(
  asked: (caller: Caller) => Promise<Provider>,
  idOf: (caller: Caller) => FeedId,
): object {
  const known = writing(asked)
  const said = async (one: Provider, deed: () => MachineDeed): Promise<MachineView> =>
    one.deeds.ask(async () => {
      const done = deed()
      if (!done.ok) throw refusal('refused', done.why)
      if (done.say !== null) await one.inbox.say(done.say, [one.sbot.id])
      const view = viewOf(one).machines.find(({ machine }) => machine === done.machine)
      if (view === undefined) throw refusal('unknown', 'it is gone')
      return view
    })
  return {
    adminMachines: method<MachinesView>(async (from) => viewOf(await known(from))),
    adminMachineToken: method<AdminMachineTokenAnswer>(async (from, request) => {
      const one = await known(from)
      const { machine: wanted } = argumentOf(checkAdminMachineToken, request)
      const found = tokenMayBeShown(one.inbox.state, wanted)
      if (!found.ok) throw refusal('refused', found.why)
      const { machine, label } = found.content
      return { machine, label, token: `${one.address()}:${one.sbot.id}~${one.ledger.machine(machine).seed}` }
    }),
    adminMachineAdd: method<MachineView>(async (from, request) => {
      const one = await known(from)
      const wish = argumentOf(checkAdminMachineAdd, request)
      return said(one, () => machineAdded(machineDeedWorld(one), wish, idOf(from)))
    }),
    adminMachineRemove: method<MachineView>(async (from, request) => {
      const one = await known(from)
      const wish = argumentOf(checkAdminMachineRemove, request)
      return said(one, () => machineRemoved(machineDeedWorld(one), wish, idOf(from)))
    }),
  }
}

/** What a word about machines is judged by. */
export const machineDeedWorld = (one: Provider): MachineDeedWorld => ({
  ...{ state: one.inbox.state, policy: one.policy, now: one.now(), ledger: one.ledger },
  listed: one.machines?.facts().listed ?? null,
})

/** What the operator is shown of machines. */
export function viewOf(one: Provider): MachinesView {
  const world = one.machines?.world() ?? null
  const asked = world === null ? null : { world, step: machineStep(world) }
  return machinesView(one.inbox.state, asked, one.policy.plans)
}
