/** Goal: what a stopped pub held is not lost with the server that it left, and who asks for it hears where it is. */
import test from 'tape'
import { hubToRead } from '../../plugin/export-rights'
import { hubDeed } from '../../plugin/move'
import { stormOf } from '../../plugin/moving'
import { type FeedId, type MessageId, pubIdOf } from '../../protocol/ids'
import { STRANDED_TOLD_AFTER_MS } from '../../protocol/limits-moving'
import type { PubFact } from '../../protocol/state'
import { B, C, Fleet, statusOf } from '../helpers/fleet-story'
import { alice, hub } from '../helpers/story'

/** A pub that was stopped, and then went to the second hub, which has never run it. */
function leftStopped(): { fleet: Fleet; pub: MessageId } {
  const fleet = new Fleet([hub])
  const pub = fleet.makes('p1')
  fleet.story.asks(alice, 'stop p1')
  fleet.settle()
  fleet.says(pub, 'down')
  fleet.settle()
  fleet.story.withHub(B, 4 * 1024 ** 3, 'hub-2')
  fleet.heard.add(B)
  statusOf(fleet, hub, 'draining')
  fleet.settle()
  fleet.says(pub, 'removed')
  fleet.settle()
  fleet.says(pub, 'down', { feed: null })
  fleet.settle()
  return { fleet, pub }
}

function asked(fleet: Fleet, text: string): string {
  const request = fleet.story.asks(alice, text)
  const found = fleet.decide().effects.find((one) => one.kind === 'answer' && one.request.key === request)
  fleet.settle()
  return found?.kind === 'answer' ? `${found.payload.outcome}: ${found.text}` : 'no answer'
}

function retire(fleet: Fleet, id: FeedId): string {
  const { state, connected } = fleet.story
  const deed = hubDeed(state, connected, { hub: id, status: 'retired' }, fleet.story)
  return deed.ok ? 'retired' : deed.why
}

test('an export of what is on no server that it may run on is had from the former one; while that is away it says so, and what to do', (t) => {
  const { fleet, pub } = leftStopped()
  const { story } = fleet
  t.equal(fleet.record(pub).hub, B)
  t.match(asked(fleet, 'export p1 all'), /^done: .*`buttcloud export p1 all`/)
  for (const part of ['gossip', 'secret'] as const) {
    const request = story.asks(alice, `export p1 ${part}`)
    const ask = fleet.decide().effects.find((one) => one.kind === 'ask' && one.request === request)
    t.equal(ask?.kind === 'ask' ? ask.hub : null, hub, `${part} is asked of the hub that has it`)
    const link = `[p1-${part}](&${'A'.repeat(43)}=.sha256?unbox=${'B'.repeat(43)}=.boxs)`
    story.replies.set(request, { state: 'done', ask: 'export', value: [link] })
    fleet.settle()
  }
  story.connected.delete(hub)
  for (const part of ['gossip', 'secret', 'all', 'blobs'])
    t.match(
      asked(fleet, `export p1 ${part}`),
      /^refused: .*was not running when it was put on another server.*out of reach.*`start p1` brings it up/,
    )
  story.connected.add(hub)
  story.asks(alice, 'start p1')
  fleet.settle()
  fleet.says(pub, 'up')
  fleet.settle()
  const fact = story.state.provider.pubs.get(pubIdOf(pub)) as PubFact
  t.equal(hubToRead(story.state, story.connected, fact), B, 'from the moment that it runs there')
  t.match(asked(fleet, 'export p1 all'), /^done: /)
  story.asks(alice, 'stop p1')
  fleet.settle()
  fleet.says(pub, 'down')
  fleet.settle()
  t.match(asked(fleet, 'export p1 all'), /^done: /, 'stopped where it has run')
  t.end()
})

test('there and back, and away again while it was stopped: the hub that it was last on has the latest', (t) => {
  const { fleet, pub } = leftStopped()
  const { story } = fleet
  const fact = (): PubFact => story.state.provider.pubs.get(pubIdOf(pub)) as PubFact
  const from = (): FeedId | null => hubToRead(story.state, story.connected, fact())
  story.asks(alice, 'start p1')
  fleet.settle()
  fleet.says(pub, 'up')
  fleet.settle()
  story.asks(alice, 'stop p1')
  fleet.settle()
  fleet.says(pub, 'down')
  fleet.settle()
  story.withHub(C, 4 * 1024 ** 3, 'hub-3')
  fleet.heard.add(C)
  statusOf(fleet, B, 'draining')
  fleet.settle()
  t.deepEqual([fleet.record(pub).hub, from()], [C, B], 'before it has said that its run is gone')
  fleet.says(pub, 'removed')
  fleet.settle()
  t.equal(from(), B, 'and after')
  story.connected.delete(B)
  t.equal(from(), null, 'and never the one before: that has less of it')
  t.end()
})

test('a server with the only copy of what a pub held is not retired, until that copy has had its time', (t) => {
  const { fleet, pub } = leftStopped()
  t.match(retire(fleet, hub), /hub-1 has the only copy of what p1 held.*admin move PUB hub-1/)
  fleet.story.connected.delete(hub)
  t.equal(retire(fleet, hub), 'retired', 'one that is gone has nothing any more')
  fleet.story.connected.add(hub)
  fleet.story.now += fleet.story.policy.retentionMs
  t.equal(retire(fleet, hub), 'retired', 'after its time')
  fleet.story.now -= fleet.story.policy.retentionMs
  fleet.story.asks(alice, 'start p1')
  fleet.settle()
  fleet.says(pub, 'up')
  fleet.settle()
  t.equal(retire(fleet, hub), 'retired', 'it runs elsewhere')
  t.end()
})

test('servers that died long ago, and whose pubs fit nowhere, make no storm after a restart', (t) => {
  const fleet = new Fleet([hub, B, C])
  const { story } = fleet
  for (const name of ['p1', 'p2', 'p3']) fleet.makes(name)
  for (const id of [hub, B, C]) story.offers(0, id)
  for (const id of [hub, B]) {
    fleet.silence.set(id, STRANDED_TOLD_AFTER_MS + (id === B ? 0 : 500_000))
    story.connected.delete(id)
    fleet.settle()
  }
  t.equal(story.state.provider.stranded.size, 2, 'their owners were told')
  // The provider starts anew and has heard the third alone.
  for (const id of [hub, B]) {
    fleet.silence.set(id, 60_000)
    fleet.heard.delete(id)
  }
  const moving = { ...{ silence: fleet.silence, heard: fleet.heard } } as never
  t.equal(stormOf(story.state, moving, story.policy.moving, hub), null)
  story.offers(4 * 1024 ** 3, C)
  fleet.settle()
  const all = [...story.state.provider.pubs.values()].map(({ record }) => record.hub)
  t.deepEqual(all, [C, C, C], 'there is room, and they go there')
  t.end()
})
