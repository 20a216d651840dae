import fc from 'fast-check'
import tape from 'tape'
import { type Clock, createLoop } from '../../sbot/loop'
import { Offsets } from '../../sbot/offsets'

/** A clock whose time passes only when told; its timers know of no setting of it. */
function handClock() {
  let now = 1_000
  let setBy = 0
  let timers: { at: number; then: () => void }[] = []
  const clock: Clock = {
    now: () => now + setBy,
    after(milliseconds, then) {
      const timer = { at: now + Math.max(0, milliseconds), then }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
  }
  const pass = async (milliseconds: number) => {
    now += milliseconds
    const due = timers.filter((timer) => timer.at <= now)
    timers = timers.filter((timer) => timer.at > now)
    for (const timer of due) timer.then()
    await turns()
  }
  const set = (byMs: number) => {
    setBy += byMs
  }
  return { clock, pass, set, armed: () => timers.length }
}

/** Lets everything that is resolved go on. */
async function turns(): Promise<void> {
  for (let n = 0; n < 20; n++) await Promise.resolve()
}

tape('loop: wakes during a look make one more look, never two at once', async (t) => {
  let running = 0
  let most = 0
  let looks = 0
  const ends: (() => void)[] = []
  const loop = createLoop({
    clock: handClock().clock,
    async look() {
      looks++
      running++
      most = Math.max(most, running)
      await new Promise<void>((resolve) => ends.push(resolve))
      running--
    },
  })
  loop.wake()
  for (let n = 0; n < 10; n++) loop.wake()
  t.equal(looks, 1, 'ten wakes, one look so far')
  ends.shift()?.()
  await turns()
  t.equal(looks, 2, 'and one more for all of them')
  ends.shift()?.()
  await loop.idle()
  t.equal(looks, 2)
  t.equal(most, 1)
})

tape('loop: failures are tried again with growing pauses up to the ceiling', async (t) => {
  const time = handClock()
  const pauses: number[] = []
  let looks = 0
  let fail = true
  const loop = createLoop({
    ...{ clock: time.clock, firstPauseMs: 100, ceilingPauseMs: 350 },
    async look() {
      looks++
      if (fail) throw new Error('not yet')
    },
    onError: (_error, pauseMs) => pauses.push(pauseMs),
  })
  loop.wake()
  await turns()
  for (const pause of [100, 200, 350]) {
    await time.pass(pause - 1)
    const before = looks
    await time.pass(1)
    t.equal(looks, before + 1, `after ${pause} ms, not before`)
  }
  t.deepEqual(pauses, [100, 200, 350, 350])
  fail = false
  await time.pass(350)
  fail = true
  loop.wake()
  await turns()
  t.equal(pauses.at(-1), 100, 'a success starts the pauses anew')
  await loop.stop()
  t.equal(time.armed(), 0, 'a stopped loop leaves no timer')
})

tape('loop: a wake cuts a pause short, and appointments keep the earliest', async (t) => {
  const time = handClock()
  let looks = 0
  const loop = createLoop({
    clock: time.clock,
    look: async () => {
      looks++
    },
  })
  loop.wakeAt(5_000)
  loop.wakeAt(2_000)
  loop.wakeAt(9_000)
  await time.pass(999)
  t.equal(looks, 0)
  await time.pass(1)
  t.equal(looks, 1, 'at the earliest time')
  loop.wake()
  await turns()
  t.equal(looks, 2)
  await loop.stop()
  loop.wake()
  await turns()
  t.equal(looks, 2, 'stopped means stopped')
})

tape(
  'loop: a clock that is set forward past an appointment holds up neither it nor those after it',
  async (t) => {
    const day = 86_400_000
    const time = handClock()
    let looks = 0
    const loop = createLoop({
      clock: time.clock,
      look: async () => {
        looks++
      },
    })
    loop.wakeAt(1_000 + 30 * day)
    time.set(30 * day)
    await time.pass(5 * 60_000)
    t.equal(looks, 1, 'noticed within minutes by itself')
    loop.wakeAt(time.clock.now() + 30 * day)
    time.set(31 * day)
    loop.wakeAt(time.clock.now() + 60_000)
    await time.pass(0)
    t.equal(looks, 2, 'and at once when anybody wants another look')
    loop.wakeAt(time.clock.now() + 60_000)
    await time.pass(60_000)
    t.equal(looks, 3)
    await loop.stop()
    t.equal(time.armed(), 0)
  },
)

tape('loop: stop waits for the running look', async (t) => {
  let end = () => {}
  let ended = false
  const loop = createLoop({
    clock: handClock().clock,
    look: () =>
      new Promise((resolve) => {
        end = resolve
      }),
  })
  loop.wake()
  const stopping = loop.stop().then(() => {
    ended = true
  })
  await turns()
  t.notOk(ended)
  end()
  await stopping
  t.ok(ended)
})

tape('offsets: what goes in comes out, in order, however it is taken', (t) => {
  const step = fc.oneof(fc.nat(3), fc.nat(100_000), fc.constant(2 ** 40))
  const action = fc.oneof(
    step.map((by) => ({ push: by })),
    fc.constant({ push: null }),
  )
  fc.assert(
    fc.property(fc.array(action, { maxLength: 400 }), (actions) => {
      const list = new Offsets()
      const model: number[] = []
      let last = 0
      for (const { push } of actions) {
        if (push === null) {
          if (list.shift() !== (model.shift() ?? null)) return false
        } else {
          last += push
          list.push(last)
          model.push(last)
        }
        if (list.empty !== (model.length === 0)) return false
      }
      return model.every((expected) => list.shift() === expected) && list.empty && list.shift() === null
    }),
  )
  const list = new Offsets()
  list.push(10)
  t.throws(() => list.push(9), /offset 9 after 10/, 'a smaller one is a bug')
  t.end()
})
