/** The methods about mail: an owner's own address, and the queue for the operator. */
import type { FeedId } from '../../protocol/ids'
import {
  checkEmailSet,
  checkMailTest,
  type EmailAnswer,
  type EmailState,
  type MailTestAnswer,
  type MailView,
} from '../../protocol/mail'
import { isGuest } from '../owners'
import { refusal } from './commits'
import { argumentOf, type Caller, method } from './method'
import type { Post } from './post'
import type { Provider } from './provider'

/** What is asked of the API's own helpers: who calls, and that they may. */
export interface MailCallers {
  idOf(caller: Caller): FeedId
  /** Throws where the caller is not the provider's own key. */
  operator(caller: Caller): void
  provider(): Promise<Provider>
  /** The same, once all owners are known. */
  ownersKnown(): Promise<Provider>
}

/** All of them, for the plugin's API object. */
export function mailMethods({ idOf, operator, provider, ownersKnown }: MailCallers): object {
  /** Whom it is about is who calls, which SHS has proven. */
  const owner = async (caller: Caller): Promise<{ id: FeedId; post: Post | null }> => {
    const { inbox, post } = await ownersKnown()
    const id = idOf(caller)
    if (!inbox.state.provider.owners.has(id) && !isGuest(inbox.state, id))
      throw refusal('refused', 'this provider keeps addresses of its owners only; create a pub first')
    return { id, post }
  }
  return {
    emailSet: method<EmailAnswer>(async (caller, request) => {
      const { id, post } = await owner(caller)
      const checked = checkEmailSet(request ?? {}, '')
      // What stands in a refusal of a field may be an address, and answers are printed.
      if (!checked.ok) throw refusal('bad-argument', `${checked.field}: expected ${checked.expected}`)
      if (post === null) throw refusal('refused', 'this provider sends no mail yet')
      const outcome = await post.set(id, checked.value)
      return { outcome, ...post.state(id) }
    }),
    emailState: method<EmailState>(async (caller) => {
      const { id, post } = await owner(caller)
      return post?.state(id) ?? { state: 'off', codeWaits: false }
    }),
    adminMail: method<MailView>(async (caller) => {
      operator(caller)
      const { post } = await provider()
      return post?.view() ?? NO_MAIL
    }),
    adminMailTest: method<MailTestAnswer>(async (caller, request) => {
      operator(caller)
      const { address } = argumentOf(checkMailTest, request ?? {})
      const { post } = await provider()
      if (post === null)
        throw refusal('refused', 'this provider sends no mail: config.json has no `mail` (docs/OPERATORS.md)')
      return post.test(address)
    }),
  }
}

const NO_MAIL: MailView = {
  ...{ on: false, server: null, waiting: [], failed: [], sent: 0 },
  addresses: { owners: 0, payers: 0 },
}
