/** Where the planted bugs about rented servers go in: in the operator's choices, and around what the provider says and remembers. */

import type { Provider } from '../../plugin/io/provider'
import type { MachinePolicy } from '../../plugin/machine-settings'
import type { MachineMessage } from '../../protocol/messages/machine'
import type { Bugs } from './bugs'
import { RENTING } from './renting'
import type { Universe } from './universe'

/** What the operator has chosen, as a provider with these mistakes takes it. */
export function rentingWith(bugs: Bugs): MachinePolicy {
  if (bugs.has('any-number-rented')) return { ...RENTING, max: 20 }
  if (bugs.has('tries-without-end')) return { ...RENTING, triesMax: 20 }
  return RENTING
}

export function plantInMachines({ bugs }: Universe, { inbox, machines }: Provider): void {
  const say = inbox.say.bind(inbox)
  if (bugs.has('destroyed-at-once'))
    inbox.say = async (content, recps) => {
      const said = await say(content, recps)
      const { type, status, machine } = content as MachineMessage
      if (type === 'buttcloud/machine' && status === 'leaving') await machines?.driver.destroy(machine)
      return said
    }
  if (bugs.has('kept-not-counted')) inbox.state.provider.machines.keptOn.get = () => undefined
}
