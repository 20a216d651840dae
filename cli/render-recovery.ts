/** The state of escrow and recovery as the operator reads it. */
import type { AdminRestoreAnswer, RecoveryView } from '../protocol/rpc-escrow'

const MEANS = {
  automatic:
    'The provider holds the private half of the recovery key: it can bring back any pub in escrow by itself, and whoever takes over the provider can read those keys.',
  offline:
    'The private half of the recovery key is with you: a pub whose server is lost waits until you bring it with `buttcloud admin recovery online KEYFILE`.',
} as const

/** One paragraph per matter. */
export function recoveryText({ mode, key, held, missing }: RecoveryView): string {
  const lines = [
    `Recovery: ${mode}. ${MEANS[mode]}`,
    `Recovery key (public half): ${key}`,
    `Keys of pubs in escrow: ${held} of ${held + missing.length}.`,
  ]
  if (missing.length > 0)
    lines.push(
      `Missing: ${missing.join(', ')}. Their hubs seal them when they are connected; until then these can't be restored.`,
    )
  return lines.join('\n')
}

/** What a restore has set going; a stopped pub stays so. */
export function restoredText({ name, hub, epoch, desired, from }: AdminRestoreAnswer): string {
  const then =
    desired === 'up'
      ? '`buttcloud admin pubs` shows when it is up'
      : 'its owners have stopped it, so it comes up there when they start it'
  const told = `${name} goes to ${hub} under epoch ${epoch}. Its key comes from escrow, its feed from here; ${then}.`
  if (from == null) return told
  return `${told}\nNothing that still runs on ${from} can write for it from now on. When ${from} is connected, it ends that run and keeps its copy for the usual time. The owners are told when ${name} is on ${hub}, with its invites anew where the address is another; files that members don't have stay on ${from}.`
}
