/** Goal: an invite that is taken back is void for what comes after, and never for what its pub has written before. */
import test from 'tape'
import { Commits } from '../../plugin/io/commits'
import { createPerformer } from '../../plugin/io/perform'
import { evolve } from '../../protocol/evolve'
import type { FeedId } from '../../protocol/ids'
import { initialState, type State } from '../../protocol/state'
import type { SignedValue } from '../../sbot/port'
import { alice, bob, feed, hub, key, oscar, plainLedger, provider } from '../helpers/story'
import { recordOf, type Told, told } from '../helpers/story-change'
import { inviteOf, PUB_FEED } from '../helpers/story-hub'
import { handOut, lastId } from '../helpers/story-invites'

const keyAt = (sequence: number) => key(`pub message ${sequence}`)

/** The write-ahead over a log of the pub's feed, and what is said on the provider's own. */
class WriteAhead {
  readonly said: unknown[] = []
  private readonly log: SignedValue[] = []
  private readonly inbox
  readonly commits: Commits

  constructor(
    private readonly one: Told,
    readonly state: State = one.story.state,
  ) {
    const head = async () => ({
      sequence: this.log.length,
      key: this.log.length === 0 ? null : keyAt(this.log.length),
    })
    const history = async (_feed: FeedId, after: number, limit: number) =>
      this.log.slice(after, after + limit)
    const append = async (value: SignedValue) => this.append(value)
    const say = async (content: object) => this.said.push(content)
    this.inbox = { state: this.state, folded: async () => true, wantPub: async () => {}, say } as never
    const escrow = { feedOf: () => null, all: () => [] }
    const sbot = { head, history, append } as never
    this.commits = new Commits(sbot, this.inbox, plainLedger, async () => {}, escrow)
  }

  /** The use as the pub would sign it, or anything else. */
  value(sequence: number, content: unknown): SignedValue {
    const previous = sequence === 1 ? null : keyAt(sequence - 1)
    const frame = { author: PUB_FEED, timestamp: this.one.story.now, hash: 'sha256' as const }
    return { ...frame, previous, sequence, content, signature: `signed ${sequence}` }
  }

  commit(value: SignedValue): Promise<unknown> {
    const { pub, epoch } = recordOf(this.one)
    return this.commits.commit(hub, { pub, epoch, value, invite: null }).then(
      () => 'ok',
      (error: Error) => error.message,
    )
  }

  perform(effect: never): Promise<void> {
    const { inbox, commits } = this
    return createPerformer(inbox, provider, {} as never, commits, async () => {}, {} as never)(effect)
  }

  private append(value: SignedValue): void {
    this.log.push(value)
    const { sequence, content } = value
    const at = { claimedAt: this.one.story.now, receivedAt: this.one.story.now, private: false }
    evolve(this.state, { ...at, key: keyAt(sequence), author: PUB_FEED, sequence, content })
  }
}

test('uninvite: what the pub wrote before it comes again after a loss, and nothing new gets in', async (t) => {
  const one = told()
  const { story } = one
  const request = handOut(one, 'invite alice 5')
  const { tag, key: invite } = inviteOf(story, request) ?? { tag: '', key: '' }
  const follow = (member: FeedId) => ({
    ...{ type: 'contact', contact: member, following: true, pub: true },
    note: plainLedger.note(tag, member),
  })
  const before = new WriteAhead(one)
  const uses = [before.value(1, follow(bob)), before.value(2, follow(oscar))]
  t.equal(await before.commit(uses[0] as SignedValue), 'ok')

  story.asks(alice, `uninvite alice ${lastId(one)}`)
  const order = story.decide().effects.find((effect) => effect.kind === 'order')
  // One more is committed between the decision and the deed.
  t.equal(await before.commit(uses[1] as SignedValue), 'ok')
  await before.perform(order as never)
  t.deepEqual(
    before.said.map((content) => (content as { revoke: unknown }).revoke),
    [{ key: invite, after: 2 }],
    'the op says how far the feed was',
  )
  story.tells(provider, before.said[0] as object)
  t.match((await before.commit(before.value(3, follow(feed('carol'))))) as string, /^refused: this invite/)

  const state = initialState(provider)
  for (const message of story.log) evolve(state, message)
  const restored = new WriteAhead(one, state)
  t.equal(state.authors.get(PUB_FEED)?.uses.length ?? 0, 0, 'the copy of the feed is gone, the op is not')
  for (const value of uses) t.equal(await restored.commit(value), 'ok', `${value.sequence} is handed over`)
  t.match(
    (await restored.commit(restored.value(3, follow(feed('carol'))))) as string,
    /^refused: this invite/,
  )
  t.equal(await restored.commit(restored.value(3, { type: 'about' })), 'ok', 'and the pub goes on writing')
  t.end()
})
