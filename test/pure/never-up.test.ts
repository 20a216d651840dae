// Goal: of a pub that never came up its operator learns why, whoever wanted it, and is owed those that they had made themselves.
import test from 'tape'
import { pubsText } from '../../cli/render'
import { fleetPubs } from '../../plugin/capacity'
import { evolve } from '../../protocol/evolve'
import { type MessageId, pubIdOf } from '../../protocol/ids'
import { NEVER_UP_SHOWN_MS } from '../../protocol/limits-cluster'
import { initialState } from '../../protocol/state'
import { B, Fleet, feedOfName } from '../helpers/fleet-story'
import { alice, bob, canonical, hub, plainLedger, provider, Story } from '../helpers/story'
import { carol, comesUp, says } from '../helpers/story-commission'
import { hubSays } from '../helpers/story-hub'

const row = (story: Story) => fleetPubs(story, plainLedger).find(({ name }) => name === 'shed')

test('its operator sees that it never came up and why, until there is one of that name, or a week is over', (t) => {
  const story = new Story().withHub()
  story.addressed = new Set(['operator'])
  const fails = (): MessageId => {
    const key = says(story)
    story.settle()
    t.deepEqual([story.decide().unmade, row(story)?.neverUp], [[], null], 'nothing is lost yet')
    hubSays(story, key, 'failed', { trouble: 'no-image', reason: 'there is no image here' })
    story.settle()
    hubSays(story, key, 'removed')
    return key
  }
  const first = fails()
  const seen = { why: 'there is no image here', owed: true }
  t.deepEqual(row(story)?.neverUp, seen, 'though its hub has said since that it is gone')
  t.deepEqual(
    story.decide().unmade.map(({ fact, why }) => [fact.pub, why]),
    [[pubIdOf(first), seen.why]],
  )
  t.match(pubsText(fleetPubs(story, plainLedger), 200), /shed .*never came up: there is no image here/)
  const mails = (): string[] => story.mails.map(({ key }) => key).filter((one) => one.startsWith('unmade '))
  t.deepEqual(mails(), [`unmade ${pubIdOf(first)}`])
  t.match(
    story.mails.at(-1)?.text ?? '',
    /^The pub shed, .* never came up, last on hub-1: there is no image here\./,
  )
  story.settle()
  t.equal(mails().length, 1, 'told once')

  const replayed = initialState(provider)
  for (const message of story.log) evolve(replayed, message)
  t.equal(canonical(replayed), canonical(story.state))

  story.now += NEVER_UP_SHOWN_MS
  t.deepEqual([story.decide().unmade, row(story)?.neverUp], [[], null], 'a week later nobody is waiting')
  fails()
  t.equal(mails().length, 2, 'the next one is another')
  story.asks(bob, 'create shed')
  story.settle()
  t.deepEqual(story.decide().unmade, [], 'there is one of that name')
  t.equal(story.state.provider.operator.unmade.size, 0)
  t.end()
})

test('where its hub can’t run it, it is made on another one', (t) => {
  const fleet = new Fleet([hub, B])
  const { story } = fleet
  const key = says(story, { owners: [carol, bob] })
  fleet.settle()
  fleet.feeds.set(pubIdOf(key), feedOfName('shed'))
  const from = fleet.record(key).hub
  fleet.says(key, 'failed', { trouble: 'no-image', reason: 'no image' })
  fleet.settle()
  fleet.says(key, 'removed')
  fleet.settle()
  t.deepEqual([fleet.record(key).hub, fleet.record(key).epoch], [from === hub ? B : hub, 2])
  fleet.says(key, 'up')
  const notices = fleet.decide().effects.flatMap((one) => (one.kind === 'notice' ? [one] : []))
  t.deepEqual([notices.length, notices[0]?.owners], [1, [carol, bob]])
  t.ok(notices[0]?.text.includes(plainLedger.invite(key).seed), 'its invite moved along')
  fleet.settle()
  t.equal(fleet.decide().effects.length, 0)
  t.end()
})

test('what somebody asked for and never came up is seen by the operator, too, and is owed by nobody', (t) => {
  const story = new Story().withHub()
  const asked = story.asks(alice, 'create shed')
  story.settle()
  hubSays(story, asked, 'failed', { trouble: 'crashing', reason: 'it crashes' })
  story.settle()
  t.deepEqual([row(story)?.neverUp, story.decide().unmade], [{ why: 'it crashes', owed: false }, []])
  const up = story.asks(alice, 'create hut')
  story.settle()
  comesUp(story, up)
  story.asks(alice, 'delete hut')
  story.settle()
  const hut = fleetPubs(story, plainLedger).find(({ name }) => name === 'hut')
  t.equal(hut?.neverUp, null)
  t.end()
})
