/** Goal: whatever happens in whatever order, the plan keeps its promises. */
import fc from 'fast-check'
import test from 'tape'
import { HubWorld, pubOf } from '../helpers/hub-world'

const move = fc.oneof(
  fc.record({
    kind: fc.constant('order' as const),
    pub: fc.integer({ min: 0, max: 4 }),
    desired: fc.constantFrom('up' as const, 'down' as const, 'none' as const),
    raise: fc.boolean(),
    keepMs: fc.option(fc.integer({ min: 0, max: 100_000 }), { nil: null }),
  }),
  fc.record({
    kind: fc.constantFrom('crash' as const, 'vanish' as const, 'answer' as const),
    pub: fc.integer({ min: 0, max: 4 }),
  }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 90_000 }) }),
  fc.record({ kind: fc.constant('work' as const), rounds: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant('engine' as const), reachable: fc.boolean() }),
)

test('over random histories: one run per pub, no old epoch started, no volume purged early, an end to the work', (t) => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
      const world = new HubWorld()
      const revisions = new Map<number, { revision: number; epoch: number }>()
      const work = () => {
        for (const step of world.plan().steps) {
          const spec = world.state.specs.get(step.pub)?.content
          if (step.kind === 'create' && step.run.epoch !== spec?.epoch)
            throw new Error('created with an old epoch')
          if (
            step.kind === 'start' &&
            (spec?.desired !== 'up' || world.runs.get(step.pub)?.epoch !== spec.epoch)
          )
            throw new Error('started with an old epoch, or unwanted')
          if (
            step.kind === 'purge' &&
            (spec?.desired !== 'none' || (spec.keepUntil ?? Number.POSITIVE_INFINITY) > world.now)
          )
            throw new Error('purged early')
          if (!world.reachable && !['open-session', 'close-session', 'invite', 'probe'].includes(step.kind))
            throw new Error('asked an engine that is away')
          world.perform(step)
        }
      }
      for (const next of moves) {
        switch (next.kind) {
          case 'order': {
            const before = revisions.get(next.pub) ?? { revision: 0, epoch: 1 }
            const after = { revision: before.revision + 1, epoch: before.epoch + (next.raise ? 1 : 0) }
            revisions.set(next.pub, after)
            const keepUntil = next.keepMs === null ? null : world.now + next.keepMs
            world.order(pubOf(next.pub), {
              ...after,
              desired: next.desired,
              keepUntil,
              port: 8100 + next.pub,
            })
            break
          }
          case 'crash':
            if (world.runs.get(pubOf(next.pub))?.status === 'running') world.crash(pubOf(next.pub))
            break
          case 'vanish':
            world.runs.delete(pubOf(next.pub))
            break
          case 'answer':
            if (world.sessions.has(pubOf(next.pub)) && world.runs.get(pubOf(next.pub))?.status === 'running')
              world.answer(pubOf(next.pub))
            break
          case 'pass':
            world.now += next.ms
            break
          case 'engine':
            world.reachable = next.reachable
            break
          case 'work':
            for (let round = 0; round < next.rounds; round += 1) work()
        }
      }
      // With an engine that works and pubs that answer, everything comes to rest as ordered.
      world.reachable = true
      world.now += 200_000
      for (let round = 0; round < 100; round += 1) {
        work()
        for (const [pub, session] of world.sessions)
          if (session.status === 'dialling' && world.runs.get(pub)?.status === 'running') world.answer(pub)
        world.now += 10
      }
      for (const [pub, { content }] of world.state.specs) {
        const status = world.runs.get(pub)?.status
        if (content.desired === 'up' && status !== 'running') throw new Error(`up, but ${status}`)
        if (content.desired === 'down' && status === 'running') throw new Error('down, but running')
        if (content.desired === 'none' && status !== undefined) throw new Error('none, but there')
      }
      return world.plan().steps.length === 0
    }),
    { numRuns: 300 },
  )
  t.pass('1 property')
  t.end()
})
