/** Goal: how long hubs are silent, told to nobody's harm: not before we listen, and who is heard again is told at once. */
import test from 'tape'
import { Leases } from '../../plugin/io/leases'
import { feed } from '../helpers/story'

const [A, B] = [feed('a'), feed('b')]

function lab() {
  let now = 1_000
  let timers: { at: number; then: () => void }[] = []
  const clock = {
    now: () => now,
    steady: () => now,
    after(milliseconds: number, then: () => void) {
      const timer = { at: now + milliseconds, then }
      timers.push(timer)
      return () => {
        timers = timers.filter((one) => one !== timer)
      }
    },
  }
  const pass = (milliseconds: number): void => {
    const end = now + milliseconds
    for (;;) {
      const [next] = timers.filter((one) => one.at <= end).sort((one, other) => one.at - other.at)
      if (next === undefined) break
      now = Math.max(now, next.at)
      timers = timers.filter((one) => one !== next)
      next.then()
    }
    now = end
  }
  let again = 0
  const leases = new Leases(clock, 45_000, () => {
    again += 1
  })
  return { leases, pass, again: () => again, of: (hub: typeof A) => leases.silence([hub]).get(hub) }
}

test('while the boot gate is shut nobody grows silent, however often a monitor asks', (t) => {
  const { leases, pass, of } = lab()
  for (let asks = 0; asks < 20; asks += 1) {
    pass(10_000)
    of(A)
    leases.renew(B)
  }
  t.equal(of(A), 0, 'the look that the gate wakes comes before begin()')
  leases.begin()
  pass(50_000)
  t.equal(of(A), 50_000)
  t.end()
})

test('a hub that had no lease and asks is news; one that goes on asking is none', (t) => {
  const { leases, pass, again } = lab()
  leases.begin()
  leases.renew(A)
  t.equal(again(), 1, 'the first time')
  for (let asks = 0; asks < 5; asks += 1) {
    pass(15_000)
    leases.renew(A)
  }
  t.equal(again(), 1)
  leases.inStorm([A, B])
  pass(60_000)
  t.deepEqual([...leases.stormAgo().values()], [60_000, 60_000])
  leases.renew(A)
  t.equal(again(), 2, 'after its lease was out')
  t.deepEqual([...leases.stormAgo().keys()], [B])
  t.end()
})
