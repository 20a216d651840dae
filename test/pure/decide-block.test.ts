/** Goal: who is blocked is refused in one answer a day and let in by no invite; their pubs and what was begun go on. */
import test from 'tape'
import { hookInviteUse } from '../../plugin/io/onboarding'
import { blockDeed } from '../../plugin/operator-deeds'
import { evolve } from '../../protocol/evolve'
import type { FeedId } from '../../protocol/ids'
import { BLOCKED_WAITING_MAX } from '../../protocol/limits-operator'
import { initialState } from '../../protocol/state'
import {
  alice,
  bob,
  canonical,
  feed,
  hub,
  lastText,
  oscar,
  outcomes,
  provider,
  Story,
} from '../helpers/story'
import { told } from '../helpers/story-change'
import { hubSays, PUB_FEED } from '../helpers/story-hub'
import { BRIDGE, billing } from '../helpers/story-money'
import { blocks, bursts, unblocks, why } from '../helpers/story-operator'
import { does } from '../helpers/story-owners'

const HOUR_MS = 3_600_000

test('refused once for all they write within a day, with the reason; their pub goes on, and others are served', (t) => {
  const { story } = told()
  t.deepEqual(blocks(story, alice, 'abuse'), [], 'a block by itself says nothing')
  const first = does(story, 'restart alice')
  t.deepEqual(outcomes(first), ['burst'])
  t.match(bursts(first)[0]?.text ?? '', /takes no more requests from you.*Their reason: abuse\./)
  t.match(bursts(first)[0]?.text ?? '', /\*\*alice\*\* goes on.*`buttcloud export alice all`/)
  for (const text of ['stop alice', 'delete alice', 'create barn', 'yes', 'help', '???'])
    t.deepEqual(does(story, text), [], `${text}: nothing more today`)
  t.deepEqual(outcomes(does(story, 'create barn', bob)), ['received'], 'bob is served')
  t.ok(story.state.names.has('barn'))
  const { wakeAt } = story.decide()
  story.now += 24 * HOUR_MS
  t.ok(wakeAt !== null && wakeAt <= story.now, 'looked at again by itself')
  const later = bursts(story.settle())
  t.equal(later.length, 1, 'and all of the day is refused together')
  t.deepEqual(
    [...story.state.open.values()].filter(({ author }) => author === alice),
    [],
    'none stays open',
  )
  t.equal([...story.state.provider.pubs.values()][0]?.record.desired, 'up')
  t.end()
})

test('a flood is answered sooner, so that it is not kept; our feed grows far slower than theirs', (t) => {
  const { story } = told()
  blocks(story, alice)
  does(story, 'list')
  story.now += HOUR_MS
  for (let count = 1; count < BLOCKED_WAITING_MAX; count += 1) story.asks(alice, 'list')
  t.deepEqual(story.settle(), [], 'not yet')
  story.asks(alice, 'list')
  t.equal(bursts(story.settle()).length, 1, `${BLOCKED_WAITING_MAX} at once`)
  t.equal(story.state.open.size, 0)
  t.end()
})

test('unblocked: what comes from then on is answered, what was refused stays so', (t) => {
  const { story, pub } = told()
  blocks(story, alice)
  does(story, 'stop alice')
  t.deepEqual(unblocks(story, alice), [])
  t.equal([...story.state.provider.pubs.values()][0]?.record.desired, 'up', 'the old word is not done late')
  does(story, 'stop alice')
  hubSays(story, pub, 'down')
  t.deepEqual(outcomes(story.settle()), ['done'])
  const again = initialState(provider)
  for (const message of story.log) evolve(again, message)
  t.equal(canonical(again), canonical(story.state), 'read anew it is the same')
  t.end()
})

test('what was begun before goes on to its own answer', (t) => {
  const { story, pub } = told()
  t.deepEqual(outcomes(does(story, 'restart alice')), [])
  blocks(story, alice)
  hubSays(story, pub, 'up')
  t.deepEqual(outcomes(story.settle()), ['done'])
  t.end()
})

test('a stranger and a newcomer who are blocked hear that, and nothing is made for them', (t) => {
  const story = new Story().withHub()
  blocks(story, oscar, 'spam')
  story.strangers.set(oscar, 7)
  t.match(bursts(story.settle())[0]?.text ?? '', /Their reason: spam\. What you write/)
  t.deepEqual(story.settle(), [], 'once')
  story.newcomers.add(oscar)
  t.deepEqual(does(story, 'create den', oscar), [], 'today they have heard it')
  t.equal(story.state.provider.pubs.size, 0)
  t.end()
})

test('nobody makes them an owner', (t) => {
  const { story } = told()
  blocks(story, oscar)
  const effects = does(story, `owners alice add ${oscar}`)
  t.deepEqual(outcomes(effects), ['refused'])
  t.match(lastText(effects), /takes no requests from/)
  t.end()
})

test('an invite of the provider lets them in no more, and loses no use', async (t) => {
  const story = new Story()
  blocks(story, oscar)
  const redeemed: FeedId[] = []
  let use: (this: unknown, ...args: unknown[]) => void = () => {}
  const hook = (then: (this: unknown, original: unknown, args: unknown[]) => void) => {
    use = function (...args) {
      then.call(this, () => {}, args)
    }
  }
  const redeem = (_key: unknown, one: FeedId): FeedId[] => {
    redeemed.push(one)
    return []
  }
  const tables = { admitsInvite: () => true, redeem }
  const inbox = { state: story.state, want: async () => {}, unwant: () => {} }
  hookInviteUse({ invite: { use: { hook } } }, tables as never, () => inbox as never)
  const comes = (who: FeedId) =>
    new Promise<string>((resolve) =>
      use.call({ id: feed('i') }, { feed: who }, (error: Error | null) => resolve(error?.message ?? 'in')),
    )
  t.match(await comes(oscar), /takes no requests from that feed/)
  t.equal(await comes(bob), 'in')
  t.deepEqual(redeemed, [bob])
  t.end()
})

test('what is refused, in words', (t) => {
  const { story } = told()
  billing(story)
  const wish = (who: FeedId, blocked = true) =>
    why(blockDeed(story.state, { feed: who, blocked, reason: null }, provider, new Set([bob])))
  for (const who of [provider, bob]) t.match(wish(who) ?? '', /operator of this provider/)
  for (const who of [hub, BRIDGE, PUB_FEED]) t.match(wish(who) ?? '', /own programs/)
  t.match(wish(alice, false) ?? '', /is not blocked/)
  t.equal(wish(oscar), null, 'nobody has to be known here')
  t.end()
})
