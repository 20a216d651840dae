/** Goal: who asked for a pub is mailed when it is up, and not before or after. */
import test from 'tape'
import { pubIdOf } from '../../protocol/ids'
import { buildPub } from '../../protocol/messages/pub'
import { alice, hub, key, provider, Story } from '../helpers/story'
import { aliceHasPub, hubSays } from '../helpers/story-hub'

test('no welcome to a pub that is not up yet, or has ended', (t) => {
  const story = new Story().withHub(hub, 64 * 1024 ** 3)
  story.addressed = new Set()
  const pub = aliceHasPub(story)
  const record = story.state.provider.pubs.get(pubIdOf(pub))?.record
  if (record === undefined) throw new Error('no pub')
  story.tells(provider, buildPub({ ...record, status: 'ended', answers: key('delete') }))
  story.addressed = new Set([alice])
  story.settle()
  const shed = story.asks(alice, 'create shed')
  story.settle()
  t.deepEqual(story.mails, [])
  hubSays(story, shed, 'failed', { trouble: 'other', reason: 'its engine does not answer' })
  story.settle()
  t.deepEqual(story.mails, [], 'nor where its hub has tried')
  hubSays(story, shed, 'up')
  story.settle()
  t.deepEqual(
    story.mails.map(({ subject }) => subject),
    ['shed is up'],
  )
  t.end()
})
