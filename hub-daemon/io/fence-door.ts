/** The fence of one pub as typed calls (protocol/rpc.ts), and what it says, checked. */
import {
  type Check,
  type Checked,
  feedId,
  inviteKey,
  literal,
  nullable,
  oneOf,
  refuse,
  shape,
  whole,
} from '../../protocol/check'
import type { FeedId, InviteKey } from '../../protocol/ids'
import { HISTORY_BATCH_MAX } from '../../protocol/limits'
import type { InviteEntry, RawValue } from '../../protocol/rpc'
import type {
  FenceAboutRequest,
  FenceBlobsRequest,
  FenceCommitAnswer,
  FenceContactRequest,
  FenceItem,
  FenceOpenRequest,
} from '../../protocol/rpc-fence'
import { call, readAll } from './calls'

const number = whole(0, Number.MAX_SAFE_INTEGER)
const rawValue: Check<RawValue> = (value, field): Checked<RawValue> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? { ok: true, value: value as RawValue }
    : refuse(field, 'a signed message', value)

const hello = shape({ kind: literal('hello'), feed: feedId, head: number, epoch: number })
const commit = shape({ kind: literal('commit'), id: number, value: rawValue, invite: nullable(inviteKey) })
const resync = shape({ kind: literal('resync'), head: number })
const headAnswer = shape({ head: number })

export type CheckedItem = FenceItem

/** What the fence said; null when it makes no sense. */
export function checkItem(item: unknown): CheckedItem | null {
  const kind = shape({ kind: oneOf('hello', 'commit', 'resync') })(item, '')
  if (!kind.ok) return null
  const checks = { hello, commit, resync }
  const checked: Checked<CheckedItem> = checks[kind.value.kind](item, '')
  return checked.ok ? checked.value : null
}

export class FenceDoor {
  constructor(
    private readonly rpc: any,
    private readonly feed: FeedId,
  ) {}

  async open(request: FenceOpenRequest): Promise<void> {
    await call(this.rpc.fence.open, [request], 'open the fence')
  }

  /** Gives messages back that the provider holds; answers the new head. */
  async restore(values: RawValue[]): Promise<number> {
    return this.headOf(await call(this.rpc.fence.restore, [values], "bring back the pub's feed"))
  }

  /** Where the pub's own feed ends. */
  async head(): Promise<number> {
    return this.headOf(await call(this.rpc.fence.status, [], 'ask the fence how it is'))
  }

  async answer(answer: FenceCommitAnswer): Promise<void> {
    await call(this.rpc.fence.answer, [answer], 'answer the fence')
  }

  async invite(entry: InviteEntry): Promise<void> {
    await call(this.rpc.fence.invite, [entry], 'put an invite into the table')
  }

  async revoke(key: InviteKey): Promise<void> {
    await call(this.rpc.fence.revoke, [{ key }], 'take an invite out of the table')
  }

  /** Resolves when the pub's feed says so. */
  async contact(request: FenceContactRequest): Promise<void> {
    await call(this.rpc.fence.contact, [request], 'tell the pub whom to follow or block')
  }

  /** Resolves when whoever has lost rights is hung up on. */
  async owners(owners: readonly FeedId[]): Promise<void> {
    await call(this.rpc.fence.owners, [{ owners }], 'tell the pub who its owners are')
  }

  /** Resolves when the pub's feed says so. */
  async about(request: FenceAboutRequest): Promise<void> {
    await call(this.rpc.fence.about, [request], 'tell the pub what to say of itself')
  }

  /** Whether it takes blobs that it does not hold yet. */
  async blobs(take: boolean): Promise<void> {
    const request: FenceBlobsRequest = { take }
    await call(this.rpc.fence.blobs, [request], 'tell the pub about blobs')
  }

  /** The pub's own messages after a sequence, oldest first. */
  async history(after: number, take: (batch: RawValue[]) => Promise<void>): Promise<void> {
    const source = this.rpc.createHistoryStream({ id: this.feed, seq: after + 1, keys: false, live: false })
    await readAll(source, HISTORY_BATCH_MAX, take, "read the pub's own feed")
  }

  private headOf(answer: unknown): number {
    const checked = headAnswer(answer, '')
    if (!checked.ok) throw new Error(`try-again: the fence's answer makes no sense: ${checked.field}`)
    return checked.value.head
  }
}
