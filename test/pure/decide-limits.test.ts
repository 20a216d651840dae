/** Goal: strangers, floods, forgeries and nonsense get what is due to them and change nothing; order of arrival is no fact. */

import test from 'tape'
import { evolve } from '../../protocol/evolve'
import type { FeedId } from '../../protocol/ids'
import { pubIdOf } from '../../protocol/ids'
import { STRANGER_ANSWER_EVERY_MS } from '../../protocol/limits'
import { buildObserved } from '../../protocol/messages/observed'
import { buildOp } from '../../protocol/messages/op'
import { buildResult } from '../../protocol/messages/result'
import { initialState } from '../../protocol/state'
import { alice, canonical, feed, hub, oscar, outcomes, plainLedger, provider, Story } from '../helpers/story'
import { aliceHasPub, hubSays, inviteOf, opDone, PUB_FEED } from '../helpers/story-hub'

test('strangers: one refusal an hour, combined, to them alone', (t) => {
  const story = new Story().withHub()
  story.strangers.set(oscar, 1)
  const [first] = story.settle()
  t.ok(first?.kind === 'burst' && first.to === oscar && !first.payload.known)
  story.strangers.set(oscar, 7)
  t.deepEqual(story.settle(), [])
  t.equal(story.decide().wakeAt, story.now + STRANGER_ANSWER_EVERY_MS)
  story.now += STRANGER_ANSWER_EVERY_MS
  t.equal(story.settle().length, 1)
  for (let n = 0; n < 100; n += 1) story.strangers.set(feed(`stranger ${n}`), 1)
  t.ok(story.settle().length <= 20, 'all strangers together are bounded')
  t.end()
})

test('a burst of 200 requests: some are answered, the rest in one combined answer; each has one final', (t) => {
  const story = new Story().withHub()
  const keys = Array.from({ length: 200 }, () => story.asks(alice, 'list'))
  const first = story.settle()
  t.equal(outcomes(first).filter((one) => one === 'done').length, 20)
  t.equal(outcomes(first).filter((one) => one === 'burst').length, 0, 'it is gathered for a moment')
  const { wakeAt } = story.decide()
  story.now = wakeAt ?? story.now
  t.deepEqual(outcomes(story.settle()), ['burst'])
  t.equal(story.state.open.size, 0)
  t.equal(keys.length, 200)
  t.end()
})

test('a burst does not swallow a create that is under way', (t) => {
  const story = new Story().withHub()
  const request = story.asks(alice, 'create alice')
  story.settle()
  for (let n = 0; n < 100; n += 1) story.asks(alice, 'list')
  story.settle()
  story.now += 10_000
  story.settle()
  t.ok(story.state.open.has(request))
  hubSays(story, request, 'up')
  opDone(story, request, request)
  t.deepEqual(outcomes(story.settle()), ['done'])
  t.end()
})

test('programs, public posts and the provider’s own words are never requests', (t) => {
  const story = new Story().withHub()
  story.tells(alice, { type: 'post', text: 'create alice', recps: [alice, provider], buttcloud: { v: 1 } })
  story.tells(alice, { type: 'post', text: 'create alice' }, false)
  story.tells(provider, { type: 'post', text: 'create alice', recps: [provider] })
  story.tells(alice, { type: 'about', text: 'create alice' })
  t.deepEqual(story.settle(), [])
  t.end()
})

test('forged: a hub’s words in an owner’s mouth, an owner’s record, a wrong epoch change nothing', (t) => {
  const story = new Story().withHub()
  const request = story.asks(alice, 'create alice')
  story.settle()
  const spec = story.state.provider.specs.get(pubIdOf(request))
  if (spec === undefined) throw new Error('no spec')
  const up = {
    pub: spec.pub,
    revision: 1,
    epoch: 1,
    phase: 'up' as const,
    reason: null,
    trouble: null,
    version: null,
    reverted: null,
    feed: PUB_FEED,
    host: 'evil',
    port: spec.port,
  }
  story.tells(alice, buildObserved(up))
  story.tells(alice, buildResult({ op: request, pub: spec.pub, ok: true, reason: null }))
  t.deepEqual(story.settle(), [], 'alice is no hub')
  story.tells(hub, buildObserved({ ...up, epoch: 2 }))
  opDone(story, request, request)
  t.deepEqual(story.settle(), [], 'an epoch that was never given')
  story.tells(alice, { type: 'buttcloud/pub', v: 1, pub: spec.pub, name: 'x', owners: [alice] })
  story.tells(
    alice,
    buildOp({
      op: request,
      hub,
      pub: spec.pub,
      kind: 'invite',
      invite: { key: plainLedger.invite(request).key, uses: 99, tag: 'x' },
    }),
  )
  t.equal(inviteOf(story, request)?.uses, 1)
  t.end()
})

test('nonsense, empty text, emoji names: one final answer each, nothing made', (t) => {
  const story = new Story().withHub()
  for (const text of [
    '',
    '   \n ',
    'create foo/bar',
    'create 🐙',
    'x'.repeat(8000),
    '%%%',
    'create',
    'delete',
    'yes',
  ]) {
    story.now += 60_000
    const request = story.asks(alice, text)
    const effects = story.settle()
    t.equal(
      effects.filter((one) => one.kind === 'answer' && one.payload.final).length,
      1,
      JSON.stringify(text.slice(0, 20)),
    )
    t.notOk(story.state.open.has(request))
  }
  t.equal(story.state.provider.pubs.size, 0)
  t.end()
})

test('the order in which the feeds of different authors arrive makes no difference, nor do repetitions', (t) => {
  const story = new Story().withHub()
  aliceHasPub(story)
  const burst = Array.from({ length: 30 }, () => story.asks(alice, 'list'))
  story.settle()
  story.now += 10_000
  story.settle()
  const request = story.asks(alice, 'delete alice')
  story.settle()
  t.ok(burst.length === 30 && request !== undefined)
  const authors = [...new Set(story.log.map((one) => one.author))]
  const wanted = canonical(story.state)
  for (const first of authors) {
    for (const second of authors) {
      const state = initialState(provider)
      const rank = (id: FeedId): number => (id === first ? 0 : id === second ? 1 : 2)
      const ordered = [...story.log].sort((a, b) => rank(a.author) - rank(b.author))
      for (const message of [...ordered, ...ordered]) evolve(state, message)
      if (canonical(state) !== wanted) t.fail(`differs with ${first} before ${second}`)
    }
  }
  t.pass(`${authors.length ** 2} orders gave one state`)
  t.end()
})
