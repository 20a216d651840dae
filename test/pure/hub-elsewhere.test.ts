/** A run that an engine of several machines has put on another one than before. */
import test from 'tape'
import { PROBE_EVERY_MS } from '../../protocol/limits'
import { CONFIG, HubWorld, pubOf } from '../helpers/hub-world'

const alice = pubOf(1)

test('a run that is on another machine now is dialled there, though the former one still answers', (t) => {
  const world = new HubWorld()
  world.order(alice)
  world.settle()
  t.equal(world.sessions.get(alice)?.host, CONFIG.dial, 'no machine is named: where all are reached')
  world.answer(alice)
  world.change(alice, { dial: '10.0.0.2' })
  t.same(world.settle(), ['close-session', 'open-session'])
  t.equal(world.sessions.get(alice)?.host, '10.0.0.2')
  world.answer(alice, { probedAt: world.now - PROBE_EVERY_MS })
  const [probe] = world.plan().steps
  t.equal(probe?.kind === 'probe' && probe.host, '10.0.0.2', 'it is looked at there, too')
  world.answer(alice)
  t.same(world.plan().steps, [], 'settled')
  t.end()
})
