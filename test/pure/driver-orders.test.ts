/** Goal: whatever the driver of machines refuses is asked again ever more seldom, and never without a pause. */
import test from 'tape'
import { DriverOrders } from '../../plugin/driver-orders'
import type { DriverStep } from '../../plugin/driver-step'
import type { MachineFact } from '../../plugin/machine-driver'
import { MACHINE_PAUSE_FIRST_MS, MACHINE_PAUSE_LONGEST_MS } from '../../protocol/limits-machines'

const MACHINE = 'bc-3f9a01bc-1'
const END: DriverStep = { kind: 'destroy', machine: MACHINE }
const REFUSED = { kind: 'busy' as const, error: 'the cloud can not destroy it now' }

const listed = (status: MachineFact['status']): ReadonlyMap<string, MachineFact> =>
  new Map([[MACHINE, { name: MACHINE, id: '1', status, address: null, since: null, why: null }]])

test('one that began to end by itself, and stays after all, is told to end again and again, with pauses', (t) => {
  const orders = new DriverOrders()
  let now = 0
  orders.saw(listed('ending'), [], now)
  const pauses: number[] = []
  for (let times = 0; times < 12; times += 1) {
    orders.saw(listed('failed'), [END], now)
    t.deepEqual(orders.next([END], now), END)
    orders.refused(END, REFUSED, now)
    t.equal(orders.next([END], now), null, 'left alone for a while')
    const pauseMs = orders.againInMs([END], now) ?? 0
    pauses.push(pauseMs)
    now += pauseMs
  }
  t.equal(pauses[0], MACHINE_PAUSE_FIRST_MS)
  t.equal(pauses[1], 2 * MACHINE_PAUSE_FIRST_MS)
  t.equal(pauses.at(-1), MACHINE_PAUSE_LONGEST_MS)
  t.equal(orders.refusals(now).get(MACHINE)?.forMs, now, 'as long as it has been going')
  t.end()
})
