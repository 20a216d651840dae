/** Goal: owners see what they have handed out and who came by it, and take it back; what is void stays void. */
import fc from 'fast-check'
import test from 'tape'
import { inviteIds } from '../../plugin/invite-list'
import { jsonBytes } from '../../plugin/look'
import { liveInvites } from '../../plugin/query'
import { invitesText } from '../../plugin/words-invites'
import { type InviteKey, pubIdOf } from '../../protocol/ids'
import {
  ANSWER_BYTES_MAX,
  INVITE_NOTE_CHARS_MAX,
  UNINVITE_AWAY_MS,
  UNINVITE_WAIT_MS,
} from '../../protocol/limits'
import type { InviteOp } from '../../protocol/messages/op'
import type { InviteView } from '../../protocol/rpc'
import {
  alice,
  bob,
  feed,
  hub,
  key,
  lastText,
  oscar,
  outcomes,
  plainLedger,
  type Story,
} from '../helpers/story'
import { type Told, told } from '../helpers/story-change'
import { hubSays, opDone, PUB_FEED } from '../helpers/story-hub'
import { handOut, lastId, use, viewsOf } from '../helpers/story-invites'

const says = (story: Story, text: string, author = alice): string => {
  story.asks(author, text)
  return lastText(story.settle())
}

const live = ({ story, pub }: Told): number => {
  const fact = story.state.provider.pubs.get(pubIdOf(pub))
  return fact === undefined ? -1 : liveInvites(story.state, fact, PUB_FEED, plainLedger).length
}

test('invites: used by whom and when, what is left, the note, the latest first', (t) => {
  const one = told()
  const first = one.pub
  use(one, first, bob)
  const second = handOut(one, 'invite alice 3 note: for the book club')
  use(one, second, oscar)
  const text = says(one.story, 'invites alice')
  const [newer, older] = viewsOf(one)
  t.deepEqual([newer?.left, newer?.uses, newer?.status], [2, 3, 'open'])
  t.equal(newer?.note, 'for the book club')
  t.deepEqual(
    older?.used.map(({ member }) => member),
    [bob],
  )
  t.equal(older?.status, 'used-up')
  t.match(text, /2 made, 1 of them still good/)
  t.match(text, /2 of 3 uses left, made on 2030-01-01, “for the book club”; used by .* on 2030-01-01/)
  t.ok(text.indexOf(oscar) < text.indexOf(bob), 'the latest first')
  t.ok(text.includes(`\`${newer?.id}\``) && text.includes(`\`${older?.id}\``))
  t.end()
})

test('invites: a note is in a message to the provider itself and in none for a hub', (t) => {
  const one = told()
  handOut(one, 'invite alice note: for zebras')
  const about = one.story.log.filter(({ content }) => JSON.stringify(content).includes('zebras'))
  t.deepEqual(
    about.map(({ content }) => (content as { type: string }).type),
    ['post', 'buttcloud/note'],
    'the request, and the note',
  )
  t.end()
})

test('invites: one that is still being made, or came to nothing, is not listed', (t) => {
  const one = told()
  const request = one.story.asks(alice, 'invite alice')
  one.story.settle()
  t.equal(viewsOf(one).length, 1)
  opDone(one.story, request, one.pub, false)
  one.story.settle()
  t.equal(viewsOf(one).length, 1)
  t.end()
})

test('invites and uninvite: of nobody else’s pub', (t) => {
  const one = told()
  const id = lastId(one)
  for (const text of ['invites alice', `uninvite alice ${id}`]) {
    one.story.asks(bob, text)
    const effects = one.story.settle()
    t.deepEqual(outcomes(effects), ['refused'])
    t.match(lastText(effects), /You have no pub called/)
  }
  t.equal(live(one), 1)
  t.end()
})

test('uninvite: void at once; done when the hub has it out of the table; how many had used it', (t) => {
  const one = told()
  const { story } = one
  const given = handOut(one, 'invite alice 3')
  use(one, given, bob)
  const id = lastId(one)
  const request = story.asks(alice, `uninvite alice ${id.toUpperCase()}`)
  const orders = story.settle()
  t.deepEqual(outcomes(orders), [], 'nothing is said before the pub has it')
  t.equal(live(one), 1, 'the other one')
  t.equal(orders.filter(({ kind }) => kind === 'order').length, 1)
  opDone(story, request, one.pub)
  const text = lastText(story.settle())
  t.match(text, /is taken back: nobody gets in with it any more\. 1 of 3 had used it before/)
  t.ok(text.includes(bob))
  t.equal(viewsOf(one)[0]?.status, 'taken-back')
  t.match(says(story, 'invites'), /taken back when 1 of 3 had used it/)
  t.match(says(story, `uninvite alice ${id}`), /taken back already/)
  t.end()
})

test('uninvite: the same one twice at once takes it back once', (t) => {
  const one = told()
  const { story } = one
  const id = lastId(one)
  const requests = [story.asks(alice, `uninvite alice ${id}`), story.asks(alice, `uninvite alice ${id}`)]
  const first = story.settle()
  t.equal(first.filter(({ kind }) => kind === 'order').length, 1)
  t.deepEqual(outcomes(first), ['done'], 'the second finds it taken back')
  opDone(story, requests[0] ?? key('?'), one.pub)
  t.deepEqual(outcomes(story.settle()), ['done'])
  t.end()
})

test('uninvite: used up, unknown, and one that is used before the op counts', (t) => {
  const one = told()
  const { story } = one
  use(one, one.pub, bob)
  t.match(says(story, `uninvite alice ${lastId(one)}`), /used up.*nothing to take back.*\[@/)
  t.match(says(story, 'uninvite alice b2c3d4'), /no invite with the id `b2c3d4`/)
  const given = handOut(one, 'invite alice')
  story.asks(alice, `uninvite alice ${lastId(one)}`)
  use(one, given, oscar)
  const effects = story.settle()
  t.match(lastText(effects), /used up/, 'used first')
  t.end()
})

test('uninvite: the hub away, the pub silent, refusing, stopped, deleted: void all the same, and said how', (t) => {
  const away = told()
  away.story.asks(alice, `uninvite alice ${lastId(away)}`)
  away.story.connected.delete(hub)
  t.deepEqual(outcomes(away.story.settle()), [])
  away.story.now += UNINVITE_AWAY_MS
  t.match(
    lastText(away.story.settle()),
    /nobody gets in.*hub-1, is out of reach.*takes the invite off its list/,
  )
  t.equal(live(away), 0)

  const silent = told()
  silent.story.asks(alice, `uninvite alice ${lastId(silent)}`)
  silent.story.settle()
  silent.story.now += UNINVITE_WAIT_MS - 1
  t.deepEqual(outcomes(silent.story.settle()), [])
  silent.story.now += 1
  t.match(lastText(silent.story.settle()), /has not confirmed it yet/)

  const refusing = told()
  const request = refusing.story.asks(alice, `uninvite alice ${lastId(refusing)}`)
  refusing.story.settle()
  opDone(refusing.story, request, refusing.pub, false)
  const text = refusing.story.settle()
  t.deepEqual(outcomes(text), ['done'])
  t.match(lastText(text), /\(the pub is hung\).*needs my consent/)

  const off = told()
  says(off.story, 'stop alice')
  hubSays(off.story, off.pub, 'down')
  off.story.settle()
  t.match(says(off.story, `uninvite alice ${lastId(off)}`), /is stopped; it is told before/)
  t.equal(live(off), 0)
  t.end()
})

test('uninvite: a provider that was away itself first hears what its hub did', (t) => {
  const one = told()
  const { story } = one
  story.asks(alice, `uninvite alice ${lastId(one)}`)
  story.settle()
  story.now += UNINVITE_WAIT_MS
  story.startedAt = story.now - 1
  story.connected.delete(hub)
  t.deepEqual(outcomes(story.settle()), [])
  t.end()
})

test('ids: stable, short, never a word or a number, and longer only where one is taken', (t) => {
  const op = (text: string): InviteOp =>
    ({ op: key(text), invite: { key: feed(text) as string as InviteKey } }) as InviteOp
  const many = Array.from({ length: 6_000 }, (_, at) => op(`invite ${at}`))
  const ids = inviteIds(many)
  t.equal(new Set(ids.values()).size, many.length, 'all differ')
  t.ok([...ids.values()].every((id) => /^(?:[b-df-hj-np-tv-z][2-9]){3,5}$/.test(id)))
  const longer = [...ids.values()].filter((id) => id.length > 6).length
  t.ok(longer > 0 && longer < 60, `${longer} of 6,000 are longer`)
  const some = inviteIds(many.slice(0, 3_000))
  t.ok(
    [...some].every(([request, id]) => ids.get(request) === id),
    'later invites change no id',
  )
  t.end()
})

test('the list fits one message, however many there are and whatever their notes', (t) => {
  fc.assert(
    fc.property(
      fc.nat(400),
      fc.nat(100),
      fc.string({ unit: 'binary', maxLength: 20 }),
      (count, members, piece) => {
        const views: InviteView[] = Array.from({ length: count }, (_, at) => ({
          ...({ id: `b2c3d${at}`, uses: 100, left: 100 - members, status: 'open', madeAt: 0 } as const),
          note: piece.repeat(5).slice(0, INVITE_NOTE_CHARS_MAX),
          used: Array.from({ length: members }, () => ({ member: alice, at: 0 })),
        }))
        const text = invitesText('alice', views)
        const shown = text.split('\n').filter((line) => /^\* `b2c3d\d+`/.test(line)).length
        const older = Number(/and (\d+) older ones/.exec(text)?.[1] ?? 0)
        return jsonBytes(text) <= ANSWER_BYTES_MAX && shown + older >= count && (count === 0 || shown > 0)
      },
    ),
    { numRuns: 100 },
  )
  t.pass('shortened where it must be')
  t.end()
})
