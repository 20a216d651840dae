/** Goal: what is sealed of a pub goes when its data goes, and not a moment before. */
import test from 'tape'
import type { Effect } from '../../plugin/effects'
import { type MessageId, pubIdOf } from '../../protocol/ids'
import { RETENTION_MS } from '../../protocol/limits'
import { CLOCKS_AGREE_MS, CLOCKS_LOOK_EVERY_MS } from '../../protocol/limits-money'
import { alice, Story } from '../helpers/story'
import { aliceHasPub, hubSays } from '../helpers/story-hub'

const forgotten = (effects: Effect[]) => effects.flatMap((one) => (one.kind === 'forget' ? [one.pub] : []))

/** A pub of alice's, with its key in escrow. */
function sealed(story: Story): MessageId {
  const pub = aliceHasPub(story)
  story.sealed.add(pubIdOf(pub))
  return pub
}

function deletes(story: Story): void {
  const request = story.asks(alice, 'delete alice')
  story.settle()
  const question = [...story.state.provider.questions.keys()].at(-1) as MessageId
  story.asks(alice, 'yes', { root: request, branch: question })
  story.settle()
}

test('the sealed key of a deleted pub is kept to the date that its owner was told, and then forgotten', (t) => {
  const story = new Story().withHub()
  const pub = sealed(story)
  story.now += 10 * RETENTION_MS
  t.deepEqual(forgotten(story.settle()), [], 'of a pub that lives it stays for ever')
  const deletedAt = story.now
  deletes(story)
  hubSays(story, pub, 'removed')
  t.deepEqual(forgotten(story.settle()), [])
  story.now = deletedAt + RETENTION_MS - 1
  const before = story.decide()
  t.deepEqual(before.effects, [])
  t.equal(before.wakeAt, deletedAt + RETENTION_MS, 'nobody has to come by for it')
  story.now += 1
  for (const clocks of [[-2 * CLOCKS_AGREE_MS], [-1]]) {
    story.otherClocksAheadMs = clocks
    const { effects, wakeAt } = story.decide()
    t.deepEqual([effects, wakeAt], [[], story.now + CLOCKS_LOOK_EVERY_MS], `not by clocks ${clocks} ahead`)
  }
  story.otherClocksAheadMs = [0]
  story.otherClocksAgeMs = 60 * 60_000
  t.deepEqual(story.settle(), [], 'nor by a word that is too old to say so')
  story.otherClocksAgeMs = 0
  t.deepEqual(forgotten(story.settle()), [pubIdOf(pub)])
  t.deepEqual(story.decide(), { effects: [], wakeAt: null, held: [], stuck: [], unmade: [] }, 'once')
  t.end()
})

test('the key of a deleted pub goes though its hub is gone, and what is of nobody known stays', (t) => {
  const story = new Story().withHub()
  const pub = sealed(story)
  const other = pubIdOf(story.asks(alice, 'help'))
  story.sealed.add(other)
  deletes(story)
  story.connected.clear()
  story.now += RETENTION_MS
  t.deepEqual(forgotten(story.settle()), [pubIdOf(pub)])
  t.deepEqual([...story.sealed], [other], 'an import under way has its key there before its record')
  t.end()
})
