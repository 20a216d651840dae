/** Goal: nobody gets a domain that is not theirs, and nobody gets too many looked for. */
import test from 'tape'
import { pubIdOf } from '../../protocol/ids'
import { OWN_PENDING_PER_OWNER_MAX } from '../../protocol/limits-dns'
import { alice, bob, feed, hub, lastText, outcomes, provider, Story } from '../helpers/story'
import { recordOf, type Told } from '../helpers/story-change'
import { HOST, look, NAME, own, says, told, type Zone } from '../helpers/story-domain'
import { aliceHasPub, hubSays } from '../helpers/story-hub'

const DAY_MS = 24 * 3_600_000

/** bob has one, too. */
function both(): { one: Told; two: Told } {
  const one = told()
  const pub = one.story.asks(bob, 'create bobs')
  one.story.settle()
  hubSays(one.story, pub, 'up', { feed: feed('pub of bob') })
  one.story.tells(hub, { type: 'buttcloud/result', v: 1, op: pub, pub: pubIdOf(pub), ok: true, reason: null })
  one.story.settle()
  return { one, two: { story: one.story, pub } }
}

test('two who want one name: who proves it has it, and the end of a pub frees it', (t) => {
  const { one, two } = both()
  const { story } = one
  says(one, `domain alice ${NAME}`)
  t.match(says(two, `domain bobs ${NAME}`, bob), /enter this one/, 'to ask for it is free')
  const TXT: Zone = {
    [`A ${NAME}`]: ['192.0.2.7'],
    [`A ${HOST}`]: ['192.0.2.7'],
    'A bobs.pubs.example.org': ['192.0.2.7'],
    [`TXT _buttcloud.${NAME}`]: [`pub=${HOST}`, 'pub=bobs.pubs.example.org'],
  }
  look(story, TXT)
  t.deepEqual([own(one)?.proven, own(two)?.proven], [true, false], 'never both')
  t.match(says(two, 'domain bobs off', bob), /as before/)
  t.match(says(two, `domain bobs ${NAME}`, bob), /leads to another pub here/)
  says(one, 'domain alice off')
  says(two, `domain bobs ${NAME}`, bob)
  look(story, TXT)
  t.equal(own(two)?.proven, true, 'given back')
  t.match(says(one, `domain alice ${NAME}`), /leads to another pub here/)
  story.tells(provider, { ...recordOf(two), status: 'ended', keepUntil: story.now + DAY_MS })
  story.settle()
  t.match(says(one, `domain alice ${NAME}`), /enter this one/, 'ended')
  t.end()
})

test('refused: what is not theirs to have', (t) => {
  const { one, two } = both()
  for (const [name, why] of [
    ['x.pubs.example.org', /belongs to this provider/],
    ['pubs.example.org', /belongs to this provider/],
    ['pubs.example', /belongs to this provider/],
    ['192.0.2.7', /an address/],
    ['localhost', /no dot/],
  ] as const) {
    one.story.asks(alice, `domain alice ${name}`)
    const effects = one.story.settle()
    t.deepEqual(outcomes(effects), ['refused'], name)
    t.match(lastText(effects), why)
  }
  t.match(says(two, `domain alice ${NAME}`, bob), /alice/, "another's pub")
  t.deepEqual([own(one), own(two)], [null, null])
  const old = { story: new Story().withHub(), pub: '' as Told['pub'] }
  old.pub = aliceHasPub(old.story)
  t.match(says(old, `domain alice ${NAME}`), /they set `domain`.*admin host alice/)
  t.equal(own(old), null)
  t.end()
})

test('too many at once are refused', (t) => {
  const one = told()
  const { story } = one
  story.policy = { ...story.policy, pubsPerOwnerMax: 100 }
  const record = recordOf(one)
  for (let count = 0; count < OWN_PENDING_PER_OWNER_MAX; count += 1) {
    const pub = pubIdOf(story.asks(alice, 'thanks'))
    const pending = { name: `a${count}.example.net`, since: story.now, proven: false }
    story.tells(provider, { ...record, pub, name: `a${count}`, own: pending })
  }
  story.settle()
  t.match(says(one, `domain alice ${NAME}`), /do not lead here yet/)
  t.equal(own(one), null)
  t.end()
})

test('all in one breath are no more than one after the other', (t) => {
  const one = told()
  const { story } = one
  story.policy = { ...story.policy, pubsPerOwnerMax: 100, requestsPerMinuteMax: 100 }
  const record = recordOf(one)
  const names = Array.from({ length: OWN_PENDING_PER_OWNER_MAX + 2 }, (_, count) => `a${count}`)
  const pubs = names.map((name) => {
    const pub = pubIdOf(story.asks(alice, 'thanks'))
    story.settle()
    story.tells(provider, { ...record, pub, name })
    return pub
  })
  story.settle()
  for (const name of names) story.asks(alice, `domain ${name} ${name}.example.net`)
  story.settle()
  const asked = pubs.filter((pub) => story.state.provider.pubs.get(pub)?.record.own !== null)
  t.equal(asked.length, OWN_PENDING_PER_OWNER_MAX)
  t.end()
})
