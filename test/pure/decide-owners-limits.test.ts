/** Goal: a pub counts for one owner; nobody can be called again and again, nor be made an owner of everything. */
import test from 'tape'
import { pubIdOf } from '../../protocol/ids'
import { OWNED_PUBS_MAX, OWNER_ADDS_PER_DAY_MAX, OWNER_ADDS_PER_PUB_DAY_MAX } from '../../protocol/limits'
import { buildPub } from '../../protocol/messages/pub'
import { alice, bob, feed, lastText, outcomes, provider } from '../helpers/story'
import { recordOf, told } from '../helpers/story-change'
import { hubSays, opDone } from '../helpers/story-hub'
import { does, ownersOf, with_ } from '../helpers/story-owners'

const carol = feed('carol')

test('quota: a pub counts for its first owner, and for the next with room when that one goes', (t) => {
  const one = with_(bob)
  const { story } = one
  story.policy = { ...story.policy, pubsPerOwnerMax: 1 }
  t.match(lastText(does(story, 'create shed')), /at most 1/)
  const barn = story.asks(bob, 'create barn')
  story.settle()
  hubSays(story, barn, 'up', { feed: feed('pub of bob') })
  opDone(story, barn, barn)
  t.match(lastText(story.settle()), /barn/, 'a share in another one costs bob nothing')
  const refused = does(story, `owners alice remove ${alice}`)
  t.match(lastText(refused), /none of its other owners has room/)
  t.deepEqual(ownersOf(one), [alice, bob])
  does(story, `owners alice add ${carol}`)
  does(story, `owners alice remove ${alice}`)
  t.deepEqual(ownersOf(one), [carol, bob], 'carol has room')
  t.equal(outcomes(does(story, 'create shed'))[0], 'received', 'and alice has room again')
  t.end()
})

test('nobody can be called again and again, nor be made an owner of everything', (t) => {
  const one = told()
  const { story } = one
  for (let count = 0; count < OWNER_ADDS_PER_DAY_MAX; count += 1) {
    does(story, `owners alice add ${bob}`)
    does(story, `owners alice remove ${bob}`)
    story.now += 60_000
  }
  t.match(lastText(does(story, `owners alice add ${bob}`)), /6 times within a day/)
  for (let count = OWNER_ADDS_PER_DAY_MAX; count < OWNER_ADDS_PER_PUB_DAY_MAX; count += 1) {
    does(story, `owners alice add ${feed(`guest ${count}`)}`)
    does(story, `owners alice remove ${feed(`guest ${count}`)}`)
    story.now += 60_000
  }
  t.match(lastText(does(story, `owners alice add ${carol}`)), /8 other owners within a day/)
  story.now += 24 * 3_600_000
  t.deepEqual(outcomes(does(story, `owners alice add ${bob}`)), ['done'], 'another day')
  for (let count = 1; count <= OWNED_PUBS_MAX; count += 1) {
    const pub = pubIdOf(story.tells(alice, { type: 'about' }))
    const { type: _type, v: _v, ...fields } = recordOf(one)
    story.tells(provider, buildPub({ ...fields, pub, name: `pub-${count}`, owners: [carol] }))
  }
  t.match(lastText(does(story, `owners alice add ${carol}`)), /an owner of 12 pubs already/)
  t.end()
})
