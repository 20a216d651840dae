/**
 * When a pub's key has to be seen in escrow. Before it is there a pub does not start; afterwards the provider is asked once
 * per connection whether it still has it (it may have been put back to a backup), and no run waits for that.
 */
import { type Millis, runNameOf } from '../protocol/ids'
import type { SpecMessage } from '../protocol/messages/spec'
import { recall } from './memory'
import type { Look } from './plan'
import type { Step } from './steps'

/** The step that has to come first; when to try it, or null while nobody is there to ask. False: all is well. */
export function keyFirst(look: Look, spec: SpecMessage): Step | Millis | null | false {
  const { mark, sealed } = look.facts.escrow
  if (sealed.has(spec.pub)) return false
  if (mark === null) return null
  const { retryAt } = recall(look.memory, spec.pub)
  return retryAt > look.now ? retryAt : stepFor(spec)
}

/** The question that may wait; when to ask it again, or null. */
export function keyCheck(look: Look, spec: SpecMessage): Step | Millis | null {
  const { mark, sealed } = look.facts.escrow
  if (mark === null || !sealed.has(spec.pub)) return null
  const asked = look.memory.escrow.get(spec.pub)
  if (asked === undefined || asked.mark !== mark) return stepFor(spec)
  if (asked.retryAt === null) return null
  return asked.retryAt > look.now ? asked.retryAt : stepFor(spec)
}

function stepFor({ pub, epoch }: SpecMessage): Step {
  return { kind: 'escrow', pub, epoch, name: runNameOf(pub) }
}
