/** The door for foreign content: unknown → a typed message, or a refusal that says why. Never throws. */
import { type Checked, refuse } from './check'
import type { MoneyMessage } from './evolve-money'
import type { OperatorMessage } from './evolve-operator'
import { checkAlert } from './messages/alert'
import { checkAnnouncement } from './messages/announcement'
import { checkPayload, type Payload } from './messages/answer'
import { checkBlock } from './messages/block'
import { checkBridge } from './messages/bridge'
import { type CapacityMessage, checkCapacity } from './messages/capacity'
import { checkCheckout } from './messages/checkout'
import { checkCommission } from './messages/commission'
import { checkDues } from './messages/dues'
import { checkGrant } from './messages/grant'
import { checkHalt } from './messages/halt'
import { checkHub, type HubMessage } from './messages/hub'
import { checkIncident, type IncidentMessage } from './messages/incident'
import { checkMachine, type MachineMessage } from './messages/machine'
import { checkNote, type NoteMessage } from './messages/note'
import { checkObserved, type ObservedMessage } from './messages/observed'
import { checkOp, type OpMessage } from './messages/op'
import { checkOwner, type OwnerMessage } from './messages/owner'
import { checkPayment } from './messages/payment'
import { checkPermit } from './messages/permit'
import { checkPost, type Post } from './messages/post'
import { checkPub, type PubMessage } from './messages/pub'
import { checkResult, type ResultMessage } from './messages/result'
import { checkSession } from './messages/session'
import { checkSpec, type SpecMessage } from './messages/spec'

export type Content =
  | Post
  | OwnerMessage
  | PubMessage
  | SpecMessage
  | OpMessage
  | NoteMessage
  | ObservedMessage
  | ResultMessage
  | IncidentMessage
  | HubMessage
  | MachineMessage
  | CapacityMessage
  | MoneyMessage
  | OperatorMessage

/** Reads the content of any message we know. */
export function parse(content: unknown): Checked<Content> {
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    return refuse('content', 'an object', content)
  const type = (content as { type?: unknown }).type
  switch (type) {
    case 'post':
      return checkPost(content)
    case 'buttcloud/owner':
      return checkOwner(content, '')
    case 'buttcloud/pub':
      return checkPub(content, '')
    case 'buttcloud/spec':
      return checkSpec(content, '')
    case 'buttcloud/op':
      return checkOp(content, '')
    case 'buttcloud/note':
      return checkNote(content, '')
    case 'buttcloud/observed':
      return checkObserved(content, '')
    case 'buttcloud/result':
      return checkResult(content, '')
    case 'buttcloud/incident':
      return checkIncident(content, '')
    case 'buttcloud/hub':
      return checkHub(content, '')
    case 'buttcloud/machine':
      return checkMachine(content, '')
    case 'buttcloud/capacity':
      return checkCapacity(content, '')
    case 'buttcloud/bridge':
      return checkBridge(content, '')
    case 'buttcloud/checkout':
      return checkCheckout(content, '')
    case 'buttcloud/session':
      return checkSession(content, '')
    case 'buttcloud/payment':
      return checkPayment(content, '')
    case 'buttcloud/grant':
      return checkGrant(content, '')
    case 'buttcloud/dues':
      return checkDues(content, '')
    case 'buttcloud/permit':
      return checkPermit(content, '')
    case 'buttcloud/alert':
      return checkAlert(content, '')
    case 'buttcloud/halt':
      return checkHalt(content, '')
    case 'buttcloud/block':
      return checkBlock(content, '')
    case 'buttcloud/announcement':
      return checkAnnouncement(content, '')
    case 'buttcloud/commission':
      return checkCommission(content, '')
    default:
      return refuse('type', 'a type we know', type)
  }
}

/** Reads the payload of one of the provider's own posts; null where there is none or it is not ours. */
export function parsePayload(content: unknown): Payload | null {
  if (typeof content !== 'object' || content === null) return null
  const checked = checkPayload((content as { buttcloud?: unknown }).buttcloud)
  return checked.ok ? checked.value : null
}
