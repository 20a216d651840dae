/** Goal: nobody is named to the peers of a provider that does not know yet whom it keeps quiet about. */
import tape from 'tape'
import { holdRequests } from '../../plugin/io/held-requests'
import type { Sbot } from '../../sbot/port'
import { alice, bob, feed } from '../helpers/story'

tape('requests for feeds wait for the start, and are then made in their order', (t) => {
  const asked: unknown[] = []
  const node = { id: feed('p'), request: (...request: unknown[]) => asked.push(request) } as unknown as Sbot
  const { sbot, release } = holdRequests(node)
  t.equal(sbot.id, node.id, 'the same node')
  sbot.request(alice, true)
  sbot.request(bob, true)
  sbot.request(alice, false)
  t.deepEqual(asked, [], 'no word before')
  release()
  t.deepEqual(asked, [
    [alice, true],
    [bob, true],
    [alice, false],
  ])
  sbot.request(alice, true)
  t.deepEqual(asked.at(-1), [alice, true], 'and from then on at once')
  release()
  t.equal(asked.length, 4, 'once each')
  t.end()
})
