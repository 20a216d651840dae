/** Goal: who asked for a pub is mailed when it is up, and not before or after. */
import test from 'tape'
import { pubIdOf } from '../../protocol/ids'
import { WELCOMES_PER_MAIL_MAX } from '../../protocol/limits-mail'
import { buildPub } from '../../protocol/messages/pub'
import { alice, hub, key, provider, Story } from '../helpers/story'
import { aliceHasPub, hubSays, opDone } from '../helpers/story-hub'

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

/** So many pubs of alice's are up before she has an address. */
function upBefore(names: string[]): { story: Story; pubs: string[] } {
  const story = new Story().withHub(hub, 64 * 1024 ** 3)
  story.policy = { ...story.policy, pubsPerOwnerMax: 100 }
  story.addressed = new Set()
  const pubs = names.map((name) => {
    const request = story.asks(alice, `create ${name}`)
    story.settle()
    hubSays(story, request, 'up')
    opDone(story, request, request)
    story.settle()
    story.now += 60_000
    return request
  })
  return { story, pubs }
}

test('who confirms an address has one mail about all pubs that are up, and one about each that comes later', (t) => {
  const { story, pubs } = upBefore(['alice', 'barn', 'shed'])
  t.deepEqual(story.mails, [])
  story.addressed = new Set([alice])
  story.settle()
  t.deepEqual(
    story.mails.map(({ subject }) => subject),
    ['3 pubs of yours are up'],
  )
  const text = story.mails[0]?.text ?? ''
  t.match(text, /\nalice, at pubs\.example:\d+\nbarn, at pubs\.example:\d+\nshed, at pubs\.example:\d+\n/)
  t.match(text, /first invite to each is in the private thread/)
  t.doesNotMatch(text, /seed-of|shs|~/, 'no invite')
  t.deepEqual(story.mails[0]?.key.split(' '), ['welcome', ...pubs, alice], 'its key takes them all')
  const loft = story.asks(alice, 'create loft')
  story.settle()
  hubSays(story, loft, 'up')
  story.settle()
  t.deepEqual(
    story.mails.map(({ subject }) => subject),
    ['3 pubs of yours are up', 'loft is up'],
  )
  t.deepEqual(story.settle(), [], 'each once')
  t.end()
})

test('more pubs than one mail tells of are told of in the next one', (t) => {
  const names = Array.from({ length: WELCOMES_PER_MAIL_MAX + 1 }, (_, at) => `pub${at}`)
  const { story } = upBefore(names)
  story.addressed = new Set([alice])
  story.settle()
  t.deepEqual(
    story.mails.map(({ subject }) => subject),
    [`${WELCOMES_PER_MAIL_MAX} pubs of yours are up`, `pub${WELCOMES_PER_MAIL_MAX} is up`],
  )
  t.end()
})
