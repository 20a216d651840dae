/** Goal: `moving` in the settings means what it says, and a slip in it ends the start with the name of what is wrong. */
import test from 'tape'
import { movingPolicyOf } from '../../plugin/moving-settings'
import { LEASE_MS } from '../../protocol/limits-moving'

test('what is given counts, the rest is as it always is', (t) => {
  t.deepEqual(movingPolicyOf(undefined), { byItself: true, leaseMs: LEASE_MS })
  t.deepEqual(movingPolicyOf({}), { byItself: true, leaseMs: LEASE_MS })
  t.deepEqual(movingPolicyOf({ byItself: 'off' }), { byItself: false, leaseMs: LEASE_MS })
  t.deepEqual(movingPolicyOf({ byItself: 'on', leaseSeconds: 10 }), { byItself: true, leaseMs: 10_000 })
  t.deepEqual(movingPolicyOf({ leaseSeconds: 3_600 }), { byItself: true, leaseMs: 3_600_000 })
  t.end()
})

test('a slip is named', (t) => {
  const slips: [unknown, RegExp][] = [
    [null, /moving must be an object/],
    [['on'], /moving must be an object/],
    ['off', /moving must be an object/],
    [{ byItself: true }, /moving\.byItself must be "on" or "off", not true/],
    [{ leaseSeconds: 9 }, /moving\.leaseSeconds must be a whole number from 10 to 3600, not 9/],
    [{ leaseSeconds: 3_601 }, /not 3601/],
    [{ leaseSeconds: 12.5 }, /not 12\.5/],
    [{ leaseSeconds: '45' }, /not "45"/],
    [{ lease: 45 }, /moving\.lease is no setting; there are: byItself, leaseSeconds/],
  ]
  for (const [given, why] of slips) t.throws(() => movingPolicyOf(given), why)
  t.end()
})
