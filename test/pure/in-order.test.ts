/** Goal: a list that stays sorted is, whatever comes and goes, what a sorted array would be. */
import fc from 'fast-check'
import test from 'tape'
import { InOrder } from '../../plugin/in-order'

test('property: it has what a sorted array has, from both ends', (t) => {
  const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(400)), { maxLength: 900, size: 'max' })
  fc.assert(
    fc.property(steps, fc.nat(400), fc.nat(400), (done, bound, wanted) => {
      const list = new InOrder<number>((one, other) => one - other)
      const has = new Set<number>()
      for (const [adds, number] of done) {
        if (!adds) list.remove(number)
        else if (!has.has(number)) list.add(number)
        if (adds) has.add(number)
        else has.delete(number)
      }
      const within = [...has].sort((a, b) => a - b).filter((one) => one <= bound)
      const isIt = (one: number): boolean => one % 7 === wanted % 7
      const isWithin = (one: number): boolean => one <= bound
      if (list.first(isWithin, isIt) !== (within.find(isIt) ?? null)) throw new Error('the first')
      if (list.last(isWithin, isIt) !== (within.findLast(isIt) ?? null)) throw new Error('the last')
    }),
    { numRuns: 300 },
  )
  t.pass('300 lists')
  t.end()
})
