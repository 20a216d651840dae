/** Goal: `run` and `address`, told as stories: asked over the line, answered once, and asked again after a crash. */
import test from 'tape'
import type { Effect } from '../../plugin/effects'
import { jsonBytes } from '../../plugin/look'
import { pubIdOf } from '../../protocol/ids'
import { ANSWER_BYTES_MAX } from '../../protocol/limits'
import { alice, bob, hub, lastText, oscar, outcomes, provider, Story } from '../helpers/story'
import { recordOf, stopped, told } from '../helpers/story-change'
import { PUB_FEED } from '../helpers/story-hub'

const asksOf = (effects: Effect[]) => effects.flatMap((one) => (one.kind === 'ask' ? [one] : []))

test('run: the hub is asked, the answer is its reply, and nothing else stands on a feed', (t) => {
  const { story } = told()
  const request = story.asks(alice, `run alice friends.isFollowing ${PUB_FEED} ${bob}`)
  const effects = story.settle()
  t.deepEqual(
    effects.map(({ kind }) => kind),
    ['ask'],
  )
  const [ask] = asksOf(effects)
  t.equal(ask?.hub, hub)
  const wanted = { kind: 'run', pub: story.state.names.get('alice'), method: 'friends.isFollowing' }
  t.deepEqual(ask?.ask, { ...wanted, args: [PUB_FEED, bob] })
  t.deepEqual(story.settle(), [], 'while it waits nothing is owed')
  story.replies.clear()
  t.equal(asksOf(story.settle()).length, 1, 'a provider that starts anew asks again')
  story.replies.set(request, {
    state: 'done',
    ask: 'run',
    value: { shown: 'true', whole: null, more: false },
  })
  const last = story.settle()
  t.deepEqual(outcomes(last), ['done'])
  t.match(lastText(last), /^\*\*alice\*\*, `friends\.isFollowing`:\n\n```\ntrue\n```$/)
  t.deepEqual(story.settle(), [])
  t.end()
})

test('run: a long answer is begun in the message and linked whole', (t) => {
  const { story } = told()
  const request = story.asks(alice, 'run alice gossip.peers')
  story.settle()
  const value = { shown: 'x```y', whole: '[gossip.peers.json](&x?unbox=y)', more: true }
  story.replies.set(request, { state: 'done', ask: 'run', value })
  const text = lastText(story.settle())
  t.match(text, /x'''y/, 'nothing in it ends the code block')
  t.match(text, /All of it: \[gossip\.peers\.json\]\(&x\?unbox=y\) \(kept 7 days\)/)
  t.match(text, /There would be more/)
  t.end()
})

test('run: where others read along, the result comes to the owners alone, once, and the answer says so', (t) => {
  const one = told()
  const { story } = one
  story.tells(provider, { ...recordOf(one), owners: [alice, bob], answers: one.pub })
  story.settle()
  const request = story.asks(alice, 'run alice friends.get', { recps: [alice, provider, oscar] })
  story.settle()
  const value = { shown: 'who blocks whom', whole: '[friends.get.json](&x?unbox=y)', more: false }
  story.replies.set(request, { state: 'done', ask: 'run', value })
  const [bearer, ...more] = story.decide().effects
  t.deepEqual(more, [], 'the answer waits until it stands on the feed')
  if (bearer?.kind !== 'bearer') return t.end('no post to the owners')
  t.deepEqual(bearer.recps, [alice, bob, provider])
  t.deepEqual(bearer.payload, { v: 1, kind: 'bearer', delivers: request, pub: pubIdOf(one.pub) })
  t.match(bearer.text, /who blocks whom.*unbox=y/s)
  story.perform(bearer)
  // A crash, and its server has gone meanwhile.
  story.replies.clear()
  story.connected.delete(hub)
  const effects = story.settle()
  t.deepEqual(
    effects.map(({ kind }) => kind),
    ['answer'],
    'neither asked again nor said again',
  )
  t.deepEqual(outcomes(effects), ['done'])
  t.match(lastText(effects), /new private thread that only its owners read, because others read along/)
  t.notOk(/blocks|unbox/.test(lastText(effects)), 'the answer itself holds nothing of it')
  t.deepEqual(story.settle(), [])
  t.end()
})

test('run: owners among themselves read it where it was asked', (t) => {
  const one = told()
  const { story } = one
  story.tells(provider, { ...recordOf(one), owners: [alice, bob], answers: one.pub })
  story.settle()
  const request = story.asks(alice, 'run alice whoami', { recps: [alice, provider, bob] })
  story.settle()
  story.replies.set(request, { state: 'done', ask: 'run', value: { shown: 'it', whole: null, more: false } })
  const effects = story.settle()
  t.deepEqual(
    effects.map(({ kind }) => kind),
    ['answer'],
  )
  t.match(lastText(effects), /`whoami`:\n\n```\nit/)
  t.end()
})

test('run: refusals, each with what to do', (t) => {
  const refused = (story: Story, text: string, by = alice): string => {
    story.asks(by, text)
    const effects = story.settle()
    t.deepEqual([outcomes(effects), asksOf(effects).length], [['refused'], 0], text)
    return lastText(effects)
  }
  const { story } = told()
  const list = refused(story, 'run alice publish {"type":"post"}')
  t.match(list, /`publish` can't be run\. What can be run:/)
  t.match(list, /`friends\.isFollowing SOURCE DEST`/)
  t.match(list, /`invite\.create \[USES\]`/)
  t.ok(jsonBytes(list) <= ANSWER_BYTES_MAX && !list.includes('shortened'), 'the whole list fits')
  t.match(refused(story, 'run alice latestSequence bob'), /id must be somebody's id/)
  t.match(refused(story, 'run alicia whoami'), /You have no pub called/)
  t.match(refused(story, 'run alice whoami', bob), /You have no pub called \*\*alice\*\*/)
  t.match(refused(stopped().story, 'run alice whoami'), /is stopped.*`start alice`/)
  story.connected.delete(hub)
  t.match(refused(story, 'run alice whoami'), /server of \*\*alice\*\*, hub-1, is out of reach/)
  const young = new Story().withHub()
  young.asks(alice, 'create alice')
  young.settle()
  t.match(refused(young, 'run alice whoami'), /still being made/)
  t.end()
})

test('run: the hub can not, or its pub does not answer', (t) => {
  const { story } = told()
  const request = story.asks(alice, 'run alice whoami')
  story.settle()
  story.replies.set(request, { state: 'failed', reason: 'its server did not answer in time' })
  const effects = story.settle()
  t.deepEqual(outcomes(effects), ['failed'])
  t.match(lastText(effects), /could not run `whoami` on \*\*alice\*\*: its server did not answer in time/)
  t.end()
})

test('run invite.create is an invite of the ledger', (t) => {
  const { story } = told()
  const request = story.asks(alice, 'run alice invite.create 5')
  const effects = story.settle()
  t.equal(asksOf(effects).length, 0)
  const op = story.state.provider.ops.get(request)
  t.equal(op?.kind === 'invite' ? op.invite.uses : null, 5)
  t.end()
})

test('address: where it is and how its owner calls it, with the key of a private network only', (t) => {
  const { story } = told()
  story.asks(alice, 'address alice')
  const text = lastText(story.settle())
  t.match(text, /^\*\*alice\*\* is at:\n\n`net:pubs\.example:\d+~shs:\S+`/)
  t.ok(text.includes(`\`${PUB_FEED}\``))
  t.match(text, /ssb-client.*\n/)
  t.match(text, /`friends\.hops`/)
  t.notOk(text.includes('caps'), 'the public network needs no key')
  t.ok(jsonBytes(text) <= ANSWER_BYTES_MAX && !text.includes('shortened'), 'it fits')
  story.policy = { ...story.policy, networkKey: 'a2V5' }
  story.asks(alice, 'address alice')
  t.match(lastText(story.settle()), /caps: \{ shs: 'a2V5' \}/)
  story.asks(oscar, 'address alice')
  story.newcomers.add(oscar)
  t.match(lastText(story.settle()), /You have no pub called/)
  const off = stopped()
  off.story.asks(alice, 'address alice')
  t.match(lastText(off.story.settle()), /not up just now; it is at:/)
  const young = new Story().withHub()
  young.asks(alice, 'create alice')
  young.settle()
  young.asks(alice, 'address alice')
  t.match(lastText(young.settle()), /has no address yet/)
  t.end()
})
