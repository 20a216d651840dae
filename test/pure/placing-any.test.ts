/** Goal: whatever the fleet and whatever is asked of it, no hub is filled over what it offers, and no "no" is said without need. */
import fc from 'fast-check'
import test from 'tape'
import { DEFAULT_PLACING } from '../../plugin/placing-policy'
import { DEFAULT_POLICY, type Policy } from '../../plugin/policy'
import type { FeedId } from '../../protocol/ids'
import type { Plan } from '../../protocol/plan'
import { alice, bob, feed, Story } from '../helpers/story'
import { join, places, withPlacing } from '../helpers/story-fleet'

interface Sketch {
  memory: number
  disk: number
  host: number
  region: boolean
  state: 'there' | 'away' | 'draining' | 'silent'
}
const fleets = fc.array(
  fc.record<Sketch>({
    memory: fc.integer({ min: 0, max: 9 }),
    disk: fc.integer({ min: 0, max: 9 }),
    host: fc.integer({ min: 0, max: 3 }),
    region: fc.boolean(),
    state: fc.constantFrom('there', 'there', 'there', 'away', 'draining', 'silent'),
  }),
  { maxLength: 8 },
)
const needs = fc.array(
  fc.record({
    memoryBytes: fc.integer({ min: 1, max: 3 }),
    diskBytes: fc.integer({ min: 1, max: 12 }),
    labels: fc.constantFrom([], ['region=eu']),
    owners: fc.constantFrom([alice], [bob], [alice, bob]),
  }),
  { maxLength: 40 },
)
const placings = fc.record({
  hubs: fc.constantFrom('spread' as const, 'pack' as const),
  siblings: fc.constantFrom('apart' as const, 'together' as const),
})
const nameOf = (index: number): string => `hub-${index}`
const idOf = (index: number): FeedId => feed(nameOf(index))

function fleetOf(fleet: Sketch[], placing: Partial<Policy['placing']>, order: number[]): Story {
  const story = withPlacing(new Story(), placing)
  // Plans as small as these needs: what is below every plan may go where plans don't.
  const size = { memoryBytes: 1, reservedBytes: 1, diskBytes: 2 }
  story.policy = { ...story.policy, plans: [{ ...(DEFAULT_POLICY.plans[0] as Plan), size }] }
  for (const index of order) {
    const { memory, disk, host, region, state } = fleet[index] as Sketch
    const labels = region ? { labels: ['region=eu'] } : {}
    const status = state === 'draining' ? { status: 'draining' as const } : {}
    const offered = { memoryBytes: memory, diskBytes: disk, host: `host-${host}`, ...labels, ...status }
    join(
      story,
      idOf(index),
      nameOf(index),
      state === 'silent' ? null : { ...offered, away: state === 'away' },
    )
  }
  return story
}

test('property: never over the offer, only where it may be, a "no" names every hub, and no order of hubs shows', (t) => {
  fc.assert(
    fc.property(fleets, needs, placings, fc.infiniteStream(fc.nat()), (fleet, wanted, placing, dice) => {
      const order = fleet.map((_, index) => index)
      const shuffled = [...order].sort(() => ((dice.next().value as number) % 2) - 0.5)
      const one = places(fleetOf(fleet, placing, order))
      const other = places(fleetOf(fleet, placing, shuffled))
      const used = fleet.map(() => ({ memory: 0, disk: 0, owners: new Set<FeedId>() }))
      for (const fields of wanted) {
        const full = { ...fields, pub: null }
        const found = one.take(full)
        if (JSON.stringify(found) !== JSON.stringify(other.take(full))) throw new Error('the order shows')
        const fits = fleet.map(({ memory, disk, region, state, host }, index) => {
          const held = used[index] as (typeof used)[number]
          const siblings = fleet.some(
            (neighbour, at) =>
              neighbour.host === host && fields.owners.some((id) => used[at]?.owners.has(id)),
          )
          return (
            (state === 'there' || state === 'away') &&
            held.memory + fields.memoryBytes <= memory &&
            held.disk + fields.diskBytes <= disk * DEFAULT_PLACING.diskPromisedTimes &&
            (fields.labels.length === 0 || region) &&
            (placing.siblings === 'together' || !siblings)
          )
        })
        if (!found.ok) {
          if (fits.some((fit) => fit)) throw new Error(`there is room: ${found.why}`)
          if (found.each.length !== fleet.length) throw new Error(`a hub has no reason: ${found.why}`)
          continue
        }
        const index = fleet.findIndex((_, at) => idOf(at) === found.hub)
        if (!fits[index]) throw new Error(`it does not fit on ${index}`)
        const mayBeThere = fits.some((fit, at) => fit && fleet[at]?.state === 'there')
        if (found.connected !== mayBeThere) throw new Error('who is there goes first')
        const held = used[index] as (typeof used)[number]
        held.memory += fields.memoryBytes
        held.disk += fields.diskBytes
        for (const owner of fields.owners) held.owners.add(owner)
      }
    }),
    { numRuns: 500 },
  )
  t.pass('500 fleets')
  t.end()
})
