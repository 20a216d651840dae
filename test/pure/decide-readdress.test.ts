/** Goal: a pub that was put on another hub: its owners are told once where it is, with the invites that are still good. */
import test from 'tape'
import { jsonBytes } from '../../plugin/look'
import { viewOf } from '../../plugin/query'
import { pubIdOf } from '../../protocol/ids'
import { ANSWER_BYTES_MAX } from '../../protocol/limits'
import { buildCapacity } from '../../protocol/messages/capacity'
import { alice, bob, feed, hub, plainLedger, provider, type Story } from '../helpers/story'
import { ask, recordOf, specOf, type Told, told } from '../helpers/story-change'
import { hubSays, opDone } from '../helpers/story-hub'
import { noticesOf } from '../helpers/story-operator'

const SECOND = feed('second hub')
const THIRD = feed('third hub')

function hostOf(story: Story, id: typeof hub, host: string): void {
  story.tells(id, buildCapacity({ memoryBytes: 4e9, diskBytes: 1e12, engine: 'process', host, version: '1' }))
}

/** alice's pub is up on the first hub, and there are two more, with other hosts. */
function start(): Told {
  const one = told()
  one.story.withHub(SECOND, 4e9, 'second').withHub(THIRD, 4e9, 'third')
  hostOf(one.story, SECOND, 'second.example')
  hostOf(one.story, THIRD, 'third.example')
  one.story.settle()
  return one
}

/** The record that puts it there. */
function put(one: Told, where: typeof hub, more: object = {}): void {
  const record = recordOf(one)
  const moved = where === record.hub ? record.moved : { from: record.hub, why: 'asked', by: null }
  one.story.tells(provider, { ...record, hub: where, epoch: record.epoch + 1, moved, ...more })
}

const isUp = (one: Told, host: string): void => hubSays(one.story, one.pub, 'up', { host })
const moved = (one: Told) => noticesOf(one.story.settle(), 'moved')

test('moved: told when it is up there, once, to its owners, with what is left of the invites', (t) => {
  const one = start()
  const asked = one.story.asks(alice, 'invite alice 3 note for the choir')
  one.story.settle()
  opDone(one.story, asked, one.pub)
  one.story.settle()
  put(one, SECOND)
  t.deepEqual(moved(one), [], 'not before it is up')
  t.equal(specOf(one).announce, 'yes', 'it shall say in public where it is')
  isUp(one, 'second.example')
  const [notice, ...more] = moved(one)
  t.deepEqual([notice?.owners, more], [[alice], []])
  const { port } = recordOf(one)
  const text = notice?.text ?? ''
  t.match(
    text,
    /^\*\*alice\*\* is on another server now, because .* It is up there\. .*The address of \*\*alice\*\* is now/,
  )
  t.ok(text.includes(`\`second.example:${port}\`; before it was \`pubs.example:${port}\``), text)
  const { seed } = plainLedger.invite(asked)
  t.ok(text.includes(`* for 3 people, “for the choir”: \`second.example:${port}:`), text)
  t.ok(text.includes(`~${seed}\``), 'the same invite')
  t.equal(text.split('~').length - 1, 2, 'both of them')
  isUp(one, 'second.example')
  t.deepEqual(moved(one), [], 'once')
  ask(one, 'name alice as The Shed')
  hubSays(one.story, one.pub, 'up', { host: 'second.example' })
  t.deepEqual(moved(one), [], 'also after another record')
  t.equal(specOf(one).announce, 'yes', 'and it goes on saying so')
  t.end()
})

test('what is used up or taken back is not issued anew', (t) => {
  const one = start()
  ask(one, 'invites alice')
  const pub = one.story.state.provider.pubs.get(pubIdOf(one.pub))
  if (pub === undefined) throw new Error('no pub')
  t.equal(viewOf(one.story.state, pub, plainLedger).invites.issued, 1)
  const asked = one.story.asks(alice, 'invites alice')
  const list = one.story.settle().find((effect) => effect.kind === 'answer' && effect.request.key === asked)
  const id = /`([a-z0-9]{6,})`/.exec(list?.kind === 'answer' ? list.text : '')?.[1] ?? ''
  t.ok(id)
  ask(one, `uninvite alice ${id}`)
  put(one, SECOND)
  one.story.settle()
  isUp(one, 'second.example')
  const text = moved(one)[0]?.text ?? ''
  t.match(text, /second\.example/)
  t.notOk(text.includes('~'), 'no invite')
  t.notOk(/[Ii]nvites that/.test(text))
  t.end()
})

test('the same host, a host of its own, or back before anybody knew: the address is what it was', (t) => {
  const same = start()
  hostOf(same.story, SECOND, 'pubs.example')
  put(same, SECOND)
  same.story.settle()
  isUp(same, 'pubs.example')
  const [notice] = moved(same)
  t.equal(specOf(same).announce, null, 'so there is nothing to say in public')
  t.match(notice?.text ?? '', /on another server now.* at pubs\.example:\d+\..* Its address is what it was/)
  const back = start()
  put(back, SECOND)
  back.story.settle()
  put(back, hub)
  back.story.settle()
  isUp(back, 'pubs.example')
  t.match(moved(back)[0]?.text ?? '', /Its address is what it was/, 'as seen from what they know')
  const named = start()
  put(named, hub, { host: 'alice.example' })
  named.story.settle()
  isUp(named, 'alice.example')
  t.match(moved(named)[0]?.text ?? '', /^The address of \*\*alice\*\* is now `alice\.example:\d+`/)
  t.equal(specOf(named).host, 'alice.example')
  put(named, SECOND)
  named.story.settle()
  isUp(named, 'alice.example')
  t.match(moved(named)[0]?.text ?? '', /Its address is what it was/, 'a name goes along')
  t.end()
})

test('two moves in a row: told of the last, as seen from where the owners knew it', (t) => {
  const one = start()
  put(one, SECOND)
  one.story.settle()
  put(one, THIRD)
  one.story.settle()
  isUp(one, 'third.example')
  const notices = moved(one)
  t.equal(notices.length, 1)
  t.match(notices[0]?.text ?? '', /third\.example:\d+`; before it was `pubs\.example/)
  put(one, hub)
  one.story.settle()
  isUp(one, 'pubs.example')
  t.match(moved(one)[0]?.text ?? '', /pubs\.example:\d+`; before it was `third\.example/, 'and of the next')
  t.equal(specOf(one).announce, 'yes', 'where it was before: its feed says the other')
  t.end()
})

test('stopped: told when it is stopped there; deleted: not at all; whoever is owner then is told', (t) => {
  const one = start()
  ask(one, 'stop alice')
  hubSays(one.story, one.pub, 'down')
  one.story.settle()
  put(one, SECOND, { owners: [alice, bob] })
  one.story.settle()
  hubSays(one.story, one.pub, 'down', { host: null })
  const [notice] = moved(one)
  t.deepEqual(notice?.owners, [alice, bob])
  t.match(notice?.text ?? '', /second\.example/)
  const gone = start()
  put(gone, SECOND)
  gone.story.settle()
  put(gone, SECOND, { status: 'ended', keepUntil: gone.story.now })
  gone.story.settle()
  hubSays(gone.story, gone.pub, 'removed')
  t.deepEqual(moved(gone), [])
  t.end()
})

test('moved while it is being made: its first answer says where it is, and nothing more is told', (t) => {
  const one = start()
  const asked = one.story.asks(alice, 'create shed')
  one.story.settle()
  const shed: Told = { story: one.story, pub: asked }
  const first = recordOf(shed).hub
  put(shed, [SECOND, THIRD].find((id) => id !== first) ?? SECOND)
  one.story.settle()
  hubSays(one.story, asked, 'up', { host: 'there.example' })
  opDone(one.story, asked, asked)
  const effects = one.story.settle()
  t.ok(effects.some((effect) => effect.kind === 'answer' && effect.text.includes('there.example')))
  t.deepEqual(noticesOf(effects, 'moved'), [])
  t.end()
})

test('many invites: the latest stand whole, and the message fits', (t) => {
  const one = start()
  for (let count = 0; count < 40; count += 1) {
    one.story.now += 3_600_000
    const asked = one.story.asks(alice, `invite alice note ${'n'.repeat(30)} ${count}`)
    one.story.settle()
    opDone(one.story, asked, one.pub)
    one.story.settle()
  }
  put(one, SECOND)
  one.story.settle()
  isUp(one, 'second.example')
  const text = moved(one)[0]?.text ?? ''
  t.ok(jsonBytes(text) <= ANSWER_BYTES_MAX, `${jsonBytes(text)} bytes`)
  t.match(text, /n 39”: `second/)
  const [, more] = /… and (\d+) older ones: put `second/.exec(text) ?? []
  t.equal(text.split('~').length - 1 + Number(more), 41, 'all are spoken of')
  t.end()
})
