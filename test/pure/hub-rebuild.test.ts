// What a hub does when a pub is rebuilt, and while an image is on its way.
import test from 'tape'
import { HEALTHY_AFTER_MS } from '../../protocol/limits'
import { alice, NEW, newShape, oldShape, REPLACE, shapeNow, told, upWorld } from '../helpers/hub-trial'

test('a rebuild: the image is seen to, then the run is made anew', (t) => {
  const world = upWorld()
  world.order(alice, { revision: 2, rebuilds: 1 })
  t.same(world.settle(), ['fetch', ...REPLACE])
  world.answer(alice)
  t.same(told(world), ['up 2 0.1.0'])
  world.order(alice, { revision: 3, rebuilds: 1, restarts: 1 })
  t.same(world.settle(), ['fetch', ...REPLACE])
  t.end()
})

test('a rebuild whose image can not be had: tried again with pauses, said, and the old run goes on', (t) => {
  const world = upWorld()
  world.missing.add('0.1.0')
  world.now += HEALTHY_AFTER_MS
  world.order(alice, { revision: 2, rebuilds: 1 })
  let tries = 0
  for (const until = world.now + 60_000; world.now < until; world.now += 100)
    tries += world.settle().filter((kind) => kind === 'fetch').length
  t.ok(tries > 3 && tries < 12, `${tries} tries in a minute`)
  t.same(told(world), ['failed 2 null'])
  t.equal(shapeNow(world), oldShape)
  world.missing.clear()
  world.now += 120_000
  world.settle()
  world.answer(alice)
  world.now += HEALTHY_AFTER_MS
  t.same(told(world), ['up 2 0.1.0'])
  t.end()
})

test('while an image is on its way the old run is tended', (t) => {
  const world = upWorld()
  world.order(alice, NEW)
  const [step] = world.plan().steps
  t.equal(step?.kind, 'fetch')
  const pub = world.memory.pubs.get(alice)
  if (pub !== undefined)
    world.memory.pubs.set(alice, { ...pub, fetch: { shape: newShape, state: 'under-way' } })
  world.order(alice, { ...NEW, name: 'other', revision: 2 })
  t.same(world.settle(), ['about'])
  world.now += 15 * 60_000
  t.same(
    world.plan().steps.map(({ kind }) => kind),
    ['probe'],
  )
  t.end()
})
