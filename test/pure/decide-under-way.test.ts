// A combined answer says that nothing was done, so it must leave alone what is under way.
import test from 'tape'
import { evolve } from '../../protocol/evolve'
import { pubIdOf } from '../../protocol/ids'
import { buildObserved } from '../../protocol/messages/observed'
import { buildResult } from '../../protocol/messages/result'
import { initialState } from '../../protocol/state'
import { alice, canonical, feed, hub, outcomes, Story } from '../helpers/story'

/** alice's pub is up. */
function withPub(): { story: Story; pub: ReturnType<typeof pubIdOf> } {
  const story = new Story().withHub()
  const request = story.asks(alice, 'create home')
  story.settle()
  const pub = pubIdOf(request)
  story.tells(
    hub,
    buildObserved({
      ...{
        pub,
        revision: 1,
        epoch: 1,
        phase: 'up',
        reason: null,
        trouble: null,
        version: null,
        reverted: null,
      },
      ...{ feed: feed('pub'), host: 'pubs.example', port: 8100 },
    }),
  )
  story.tells(hub, buildResult({ op: request, pub, ok: true, reason: null }))
  story.settle()
  story.now += 120_000
  return { story, pub }
}

test('an invite that is being made gets its own answer, whatever burst comes after it', (t) => {
  const { story, pub } = withPub()
  const invite = story.asks(alice, 'invite home')
  story.settle()
  for (let count = 0; count < 40; count += 1) story.asks(alice, 'list')
  story.settle()
  story.now += 10_000
  t.ok(outcomes(story.settle()).includes('burst'), 'the burst is answered at once')
  t.ok(story.state.open.has(invite), 'the invite is still owed')
  story.tells(hub, buildResult({ op: invite, pub, ok: true, reason: null }))
  t.deepEqual(outcomes(story.settle()), ['done'])
  t.notOk(story.state.open.has(invite))
  t.end()
})

test('and it makes no difference which feed is read first', (t) => {
  const { story } = withPub()
  story.asks(alice, 'invite home')
  story.settle()
  for (let count = 0; count < 40; count += 1) story.asks(alice, 'list')
  story.settle()
  story.now += 10_000
  story.settle()
  const provider = story.state.provider.id
  const other = initialState(provider)
  for (const message of story.log.filter((one) => one.author === provider)) evolve(other, message)
  for (const message of story.log.filter((one) => one.author !== provider)) evolve(other, message)
  t.equal(canonical(other), canonical(story.state))
  t.end()
})

test('a create cut off between its invite and its record begins anew and is answered', (t) => {
  const story = new Story().withHub()
  const request = story.asks(alice, 'create home')
  for (const effect of story.decide().effects)
    if (effect.kind === 'order' && effect.content.type === 'buttcloud/op') story.perform(effect)
  const effects = story.settle()
  t.deepEqual(outcomes(effects), ['received'])
  t.equal(effects.filter((one) => one.kind === 'order').length, 1, 'the order, and the invite not again')
  const pub = pubIdOf(request)
  story.tells(
    hub,
    buildObserved({
      ...{
        pub,
        revision: 1,
        epoch: 1,
        phase: 'up',
        reason: null,
        trouble: null,
        version: null,
        reverted: null,
      },
      ...{ feed: feed('pub'), host: 'pubs.example', port: 8100 },
    }),
  )
  story.tells(hub, buildResult({ op: request, pub, ok: true, reason: null }))
  t.deepEqual(outcomes(story.settle()), ['done'])
  t.end()
})
