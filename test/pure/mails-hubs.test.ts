/** Goal: the operator is mailed of hubs that can't do what they are there for. */
import test from 'tape'
import type { Mail } from '../../plugin/effects'
import { pubIdOf } from '../../protocol/ids'
import { alice, feed, hub, provider, Story } from '../helpers/story'

const DAY_MS = 24 * 3_600_000

test('the operator: a hub that could not run what it was given, once a day, with all that left it', (t) => {
  const story = new Story().withHub(hub, 64 * 1024 ** 3)
  story.addressed = new Set(['operator'])
  const mails = (): Mail[] => story.mails.filter(({ key: one }) => one.startsWith('hub-unable '))
  const leaves = (name: string): void => {
    const pub = story.asks(alice, `create ${name}`)
    story.settle()
    const record = story.state.provider.pubs.get(pubIdOf(pub))?.record
    if (record === undefined) throw new Error('no record')
    const moved = { from: record.hub, why: 'cannot-run', by: null }
    story.tells(provider, { ...record, hub: feed('elsewhere'), epoch: 2, moved })
    story.settle()
  }
  story.policy = { ...story.policy, pubsPerOwnerMax: 9 }
  leaves('hut')
  leaves('barn')
  t.equal(mails().length, 1)
  t.match(mails()[0]?.text ?? '', /^The hub hub-1 could not run what it was given: hut\./)
  story.now += DAY_MS
  leaves('den')
  t.deepEqual(mails().length, 2)
  t.end()
})
