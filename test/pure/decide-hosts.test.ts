/** Goal: a hub that is started with another host: owners are told once, members by what the pub says, names follow. */
import test from 'tape'
import { wantedNames } from '../../plugin/dns-plan'
import { buildCapacity } from '../../protocol/messages/capacity'
import { alice, bob, feed, hub, plainLedger, provider, type Story } from '../helpers/story'
import { ask, recordOf, specOf, type Told, told } from '../helpers/story-change'
import { hubSays } from '../helpers/story-hub'
import { noticesOf } from '../helpers/story-operator'

const SECOND = feed('second hub')

function offers(story: Story, host: string, id = hub): void {
  story.tells(id, buildCapacity({ memoryBytes: 4e9, diskBytes: 1e12, engine: 'process', host, version: '1' }))
}

/** Its hub is started anew with this host: the offer says it first, then each pub is up by it. */
function restarts(one: Told, host: string): void {
  offers(one.story, host)
  hubSays(one.story, one.pub, 'up', { host })
}

const moved = (one: Told) => noticesOf(one.story.settle(), 'moved')

test('another host: told once it is up by it, once, with its invites; it says so in public', (t) => {
  const one = told()
  offers(one.story, 'new.example')
  t.deepEqual(one.story.settle(), [], 'an offer alone moves no pub')
  hubSays(one.story, one.pub, 'up', { host: 'new.example' })
  const [notice, ...more] = moved(one)
  const { port } = recordOf(one)
  const text = notice?.text ?? ''
  t.deepEqual([notice?.owners, more, notice?.payload.host], [[alice], [], 'new.example'])
  t.match(text, /^The server that \*\*alice\*\* runs on has another address than before; the pub is the same/)
  t.ok(text.includes(`is now \`new.example:${port}\`; before it was \`pubs.example:${port}\``), text)
  t.ok(text.includes(`* for one person: \`new.example:${port}:`), text)
  t.ok(text.includes(`~${plainLedger.invite(one.pub).seed}\``), 'the same invite')
  t.deepEqual([specOf(one).announce, specOf(one).revision], ['yes', 2], 'a new order, to say it in public')
  hubSays(one.story, one.pub, 'up', { host: 'new.example' })
  t.deepEqual(one.story.settle(), [], 'and that is all')
  ask(one, 'name alice as The Shed')
  hubSays(one.story, one.pub, 'up', { host: 'new.example' })
  t.deepEqual(moved(one), [], 'also after another order')
  t.end()
})

test('back to the former host: that is another change; a change that nobody was told of is none', (t) => {
  const one = told()
  restarts(one, 'new.example')
  one.story.settle()
  restarts(one, 'pubs.example')
  t.match(moved(one)[0]?.text ?? '', /`pubs\.example:\d+`; before it was `new\.example/)
  restarts(one, 'third.example')
  restarts(one, 'pubs.example')
  t.deepEqual(moved(one), [], 'there and back between two looks')
  restarts(one, 'third.example')
  t.equal(moved(one).length, 1)
  t.end()
})

test('a stopped pub: told when it is up again, and whoever is its owner then', (t) => {
  const one = told()
  ask(one, 'stop alice')
  hubSays(one.story, one.pub, 'down', { host: null })
  one.story.settle()
  offers(one.story, 'new.example')
  one.story.tells(provider, { ...recordOf(one), owners: [alice, bob] })
  one.story.settle()
  hubSays(one.story, one.pub, 'down', { host: null })
  t.deepEqual(moved(one), [], 'nobody looks for it there')
  ask(one, 'start alice')
  hubSays(one.story, one.pub, 'up', { host: 'new.example' })
  t.deepEqual(
    moved(one).map((notice) => notice.owners),
    [[alice, bob]],
  )
  t.end()
})

test('a pub with a name of its own keeps its address, and its record follows', (t) => {
  const one = told()
  one.story.tells(provider, { ...recordOf(one), host: 'alice.example' })
  one.story.settle()
  hubSays(one.story, one.pub, 'up', { host: 'alice.example' })
  t.equal(moved(one).length, 1, 'of the name it was told')
  offers(one.story, '192.0.2.7')
  hubSays(one.story, one.pub, 'up', { host: 'alice.example' })
  t.deepEqual(moved(one), [])
  t.deepEqual([...wantedNames(one.story.state)], [['alice.example', { type: 'A', value: '192.0.2.7' }]])
  t.end()
})

test('moved after that: as seen from the host that they were told', (t) => {
  const one = told()
  one.story.withHub(SECOND, 4e9, 'second')
  offers(one.story, 'second.example', SECOND)
  restarts(one, 'new.example')
  one.story.settle()
  const record = recordOf(one)
  const why = { from: hub, why: 'asked', by: null }
  one.story.tells(provider, { ...record, hub: SECOND, epoch: record.epoch + 1, moved: why })
  offers(one.story, 'newest.example')
  one.story.settle()
  hubSays(one.story, one.pub, 'up', { host: 'second.example' })
  const [notice, ...more] = moved(one)
  t.match(notice?.text ?? '', /second\.example:\d+`; before it was `new\.example/)
  t.deepEqual([more, notice?.payload.host], [[], 'second.example'], 'in one notice')
  t.end()
})

test('a provider that told of a move before notices said a host does not tell of that again', (t) => {
  const one = told()
  one.story.tells(provider, { ...recordOf(one), host: 'alice.example' })
  one.story.settle()
  hubSays(one.story, one.pub, 'up', { host: 'alice.example' })
  const effects = one.story.decide().effects
  for (const effect of effects)
    one.story.perform(
      effect.kind === 'notice' ? { ...effect, payload: { ...effect.payload, host: null } } : effect,
    )
  t.deepEqual(moved(one), [])
  t.end()
})
