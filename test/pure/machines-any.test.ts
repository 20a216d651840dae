/** Goal: whatever happens in whatever order, no machine is rented twice, none too many, and none is destroyed with what is on it. */
import fc from 'fast-check'
import test from 'tape'
import { type Deed, type Happening, Watched } from '../helpers/machine-promises'
import type { Mishears } from '../helpers/machine-world'

const simple = (...kinds: (Deed | 'restart')[]) =>
  fc.constantFrom(...kinds).map((kind): Happening => ({ kind }))
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.integer({ min: 1, max: 12 }).map((rounds): Happening => ({ kind: 'time', rounds })),
  },
  { weight: 6, arbitrary: simple('create', 'end', 'off', 'on', 'restart') },
  { weight: 3, arbitrary: simple('add', 'remove', 'discard', 'drain', 'vanish', 'fail') },
  {
    weight: 1,
    arbitrary: fc.integer({ min: -200, max: 200 }).map((hours): Happening => ({ kind: 'clock', hours })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('weather' as const),
      refuses: fc.boolean(),
      losesAnswer: fc.boolean(),
      joins: fc.boolean(),
      lagMinutes: fc.constantFrom(0, 0, 7),
    }),
  },
)
const story = fc.array(happening, { minLength: 10, maxLength: 30 })

/** The broken promises of one story, the first of each kind. */
async function brokenBy(happenings: readonly Happening[], mishears?: Mishears): Promise<string[]> {
  const watched = new Watched(mishears)
  for (const one of happenings) await watched.happens(one)
  await watched.rests()
  await watched.one.machines.stop()
  return watched.broken
}

const RUNS = Number(process.env.MACHINE_RUNS ?? 12)

test('machines: the promises hold', async (t) => {
  await fc.assert(
    fc.asyncProperty(story, async (happenings) => {
      const broken = await brokenBy(happenings)
      if (broken.length > 0) throw new Error(broken.slice(0, 3).join('\n'))
    }),
    // Making a story smaller takes minutes: by hand, without this.
    { numRuns: RUNS, endOnFailure: true },
  )
  t.pass(`${RUNS} stories`)
  t.end()
})

const create = Array.from({ length: 12 }, (): Happening => ({ kind: 'create' }))
const time = (rounds: number): Happening => ({ kind: 'time', rounds })

/** What the provider mishears, and a story in which that would cost something. */
const BUGS: Record<string, { mishears: Mishears; happenings: Happening[]; finds: RegExp }> = {
  'volumes are not heard of': {
    mishears: ({ story }) => story.state.provider.machines.keptOn.clear(),
    happenings: [time(8), ...create, time(4), { kind: 'remove' }, time(20)],
    finds: /with the volume of/,
  },
  'max is not heard of': {
    mishears: (one) => {
      one.story.policy = { ...one.story.policy, machines: { ...one.settings, max: 50 } }
    },
    happenings: Array.from({ length: 6 }, (): Happening[] => [{ kind: 'add' }, time(6)]).flat(),
    finds: /machines, and max is 3/,
  },
  'that a hub has joined is not heard of': {
    mishears: ({ story }) => story.state.provider.usedTokens.clear(),
    happenings: [time(3), ...create, time(30)],
    finds: /is destroyed with \d+ pubs/,
  },
  'machines that are gone are forgotten, and their names given again': {
    mishears: ({ story }) => {
      const { all } = story.state.provider.machines
      for (const [name, { content }] of all) if (content.status === 'gone') all.delete(name)
    },
    happenings: [
      { kind: 'weather', refuses: false, losesAnswer: false, joins: false, lagMinutes: 0 },
      time(40),
    ],
    finds: /was rented 2 times/,
  },
  'that hubs are silent is not heard of': {
    mishears: (one) => {
      one.hearsAll = true
    },
    happenings: [time(8), ...create.slice(1), time(4), { kind: 'off' }, time(6)],
    finds: /after a hub fell silent/,
  },
}

for (const [name, { mishears, happenings, finds }] of Object.entries(BUGS))
  test(`planted: ${name}`, async (t) => {
    t.match((await brokenBy(happenings, mishears)).join('\n'), finds)
    t.end()
  })
