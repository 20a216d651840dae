/** Invites: read by owners only, used as often as they were made for, known to their pubs. */
import type { Ledger } from '../../../plugin/query'
import { useOf } from '../../../protocol/evolve-public'
import type { FeedId, InviteKey, MessageId, PubId } from '../../../protocol/ids'
import type { InviteOp, RevokeOp } from '../../../protocol/messages/op'
import type { PubMessage } from '../../../protocol/messages/pub'
import { parse, parsePayload } from '../../../protocol/parse'
import type { Message } from '../messages'
import type { PubProcess } from '../pub'
import type { Violate } from './violation'

export class Invites {
  readonly ops = new Map<MessageId, InviteOp>()
  readonly used = new Map<MessageId, number>()
  /** Ops whose code an owner has been given. */
  readonly handedOut = new Set<MessageId>()
  /** Keys of invites that were taken back. */
  readonly revoked = new Set<InviteKey>()
  private readonly revokes = new Map<MessageId, InviteKey>()
  /** Taken back while they could still be used. */
  takenBack = 0
  private readonly seeds = new Map<string, InviteOp>()

  constructor(
    private readonly violate: Violate,
    private readonly ledger: Ledger,
    private readonly records: ReadonlyMap<PubId, PubMessage>,
    private readonly provider: FeedId,
  ) {}

  /** A message of the provider. */
  said(message: Message): void {
    const parsed = parse(message.content)
    if (parsed.ok && parsed.value.type === 'buttcloud/op' && parsed.value.kind === 'invite') {
      const op = parsed.value
      this.ops.set(op.op, op)
      this.seeds.set(this.ledger.invite(op.op).seed, op)
    }
    if (parsed.ok && parsed.value.type === 'buttcloud/op' && parsed.value.kind === 'revoke')
      this.takes(parsed.value)
    const payload = parsePayload(message.content)
    if (payload?.kind === 'answer' && payload.final && payload.outcome === 'done')
      this.handedOut.add(payload.answers)
    // The first of a pub that its operator has made comes unasked.
    if (payload?.kind === 'notice' && this.ops.has(payload.causes)) this.handedOut.add(payload.causes)
    const text = JSON.stringify(message.content)
    for (const [seed, op] of this.seeds) if (text.includes(seed)) this.carries(message, op)
  }

  private takes({ op: by, revoke: { key } }: RevokeOp): void {
    this.revokes.set(by, key)
    const op = [...this.ops.values()].find(({ invite }) => invite.key === key)
    if (op !== undefined && (this.used.get(op.op) ?? 0) < op.invite.uses) this.takenBack += 1
    this.revoked.add(key)
  }

  private carries(message: Message, op: InviteOp): void {
    const owners = this.records.get(op.pub)?.owners ?? []
    const readers = message.recps ?? ['everybody' as FeedId]
    const wrong = readers.filter((id) => id !== this.provider && !owners.includes(id))
    if (wrong.length > 0)
      this.violate('bearer-to-owners', `an invite before the eyes of ${wrong.join(', ').slice(0, 60)}`)
  }

  /** A message of a pub got onto the provider's disk. */
  committed(message: Message): void {
    const use = useOf(message.content)
    if (use === null) return
    for (const op of this.ops.values()) {
      if (this.ledger.note(op.invite.tag, use.member) !== use.note) continue
      const count = (this.used.get(op.op) ?? 0) + 1
      this.used.set(op.op, count)
      if (this.revoked.has(op.invite.key))
        this.violate('void-stays-void', 'an invite was used after it had been taken back')
      if (count > op.invite.uses)
        this.violate('uses-bounded', `an invite for ${op.invite.uses} was used ${count} times`)
      return
    }
    this.violate('uses-bounded', 'a use of an invite that was never made')
  }

  /** A hub's word that an invite has been made: an open pub knows it then. */
  reported(message: Message, runOf: (pub: PubId) => PubProcess | null): void {
    const parsed = parse(message.content)
    if (!parsed.ok || parsed.value.type !== 'buttcloud/result' || !parsed.value.ok) return
    const { op: done, pub } = parsed.value
    const run = runOf(pub)
    const gone = this.revokes.get(done)
    if (gone !== undefined && run?.isOpen && run.invites().has(gone))
      this.violate('taken-back-is-gone', 'a hub reports an invite taken back that its pub still knows')
    const op = this.ops.get(done)
    if (op === undefined || run === null || !run.isOpen || run.invites().has(op.invite.key)) return
    if (this.revoked.has(op.invite.key)) return
    if ((this.used.get(op.op) ?? 0) < op.invite.uses)
      this.violate('invites-work', 'a hub reports an invite made that its pub does not know')
  }
}
