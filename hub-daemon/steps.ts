/** What the hub can do: a closed union. Each step is safe to repeat; README.md says why. */
import type { FeedId, InviteKey, Millis, PubId } from '../protocol/ids'
import type { ContactOp, InviteOp } from '../protocol/messages/op'
import type { Run } from './engines/engine'
import type { About } from './facts'

export type Step =
  /** Sees to the image, before anything else is touched; goes on in the background. */
  | { kind: 'fetch'; pub: PubId; run: Run }
  /** Sees to it that the pub's key is here and in escrow, before its first start. */
  | { kind: 'escrow'; pub: PubId; epoch: number; name: string }
  /** Makes volume and container, with the pub's secret in the volume. */
  | { kind: 'create'; pub: PubId; run: Run }
  /** Starts it. `again`: it has run before, so its last words are read first. */
  | { kind: 'start'; pub: PubId; name: string; again: boolean; outOfMemory: boolean }
  | { kind: 'stop'; pub: PubId; name: string; why: string; silent: boolean }
  | { kind: 'remove'; pub: PubId; name: string; why: string }
  /** Removes the volume and the secret for ever. */
  | { kind: 'purge'; pub: PubId; name: string; keepUntil: Millis }
  /** Keeps one connection to the run and opens its fence over it. */
  | { kind: 'open-session'; pub: PubId; epoch: number; host: string; port: number }
  | { kind: 'close-session'; pub: PubId; why: string }
  /** Puts an invite into the pub's table. */
  | { kind: 'invite'; pub: PubId; op: InviteOp }
  /** Takes an invite out of the pub's table. */
  | { kind: 'revoke'; pub: PubId; key: InviteKey }
  /** Has the pub say that it follows or blocks somebody, or neither. */
  | { kind: 'contact'; pub: PubId; op: ContactOp }
  /** Tells the pub who may call it as its owners. */
  | { kind: 'owners'; pub: PubId; owners: readonly FeedId[] }
  /** Tells the pub what to say of itself. */
  | { kind: 'about'; pub: PubId; about: About }
  /** Tells the pub whether to take blobs: one whose disk is nearly full takes none. */
  | { kind: 'blobs'; pub: PubId; take: boolean }
  /** A handshake from outside. */
  | { kind: 'probe'; pub: PubId; host: string; port: number; feed: FeedId }

export type StepKind = Step['kind']

/** One step in words, for logs and tests. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case 'fetch':
      return `see to the image of ${step.run.name} (version ${step.run.version})`
    case 'escrow':
      return `see the key of ${step.name} in escrow (epoch ${step.epoch})`
    case 'create':
      return `create ${step.run.name} (epoch ${step.run.epoch}, port ${step.run.port})`
    case 'start':
      return `start ${step.name}${step.again ? ' again' : ''}`
    case 'stop':
      return `stop ${step.name}: ${step.why}`
    case 'remove':
      return `remove ${step.name}: ${step.why}`
    case 'purge':
      return `remove the volume ${step.name}: its time to be kept is over`
    case 'open-session':
      return `open the session of ${step.pub} (epoch ${step.epoch}, port ${step.port})`
    case 'close-session':
      return `close the session of ${step.pub}: ${step.why}`
    case 'invite':
      return `put an invite for ${step.op.invite.uses} into the table of ${step.pub}`
    case 'revoke':
      return `take an invite out of the table of ${step.pub}`
    case 'contact':
      return `have ${step.pub} ${deedOf(step.op)} a feed`
    case 'owners':
      return `tell ${step.pub} who its ${step.owners.length} owners are`
    case 'about':
      return `tell ${step.pub} what to say of itself`
    case 'blobs':
      return `tell ${step.pub} ${step.take ? 'that it may take blobs' : 'to take no more blobs'}`
    case 'probe':
      return `take a handshake from ${step.pub} through port ${step.port}`
  }
}

function deedOf({ contact }: ContactOp): string {
  if (contact.blocking) return 'block'
  return contact.following ? 'follow' : 'neither follow nor block'
}
