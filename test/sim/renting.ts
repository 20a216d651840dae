/** What an operator who rents servers has chosen. */
import type { MachinePolicy } from '../../plugin/machine-settings'
import { DEFAULT_POLICY } from '../../plugin/policy'

export const UNIT_BYTES = DEFAULT_POLICY.plans[0]?.size.reservedBytes ?? 1

/** Short spans, and little room. */
export const RENTING: MachinePolicy = {
  ...{ driver: 'openstack', min: 1, max: 3, spareBytes: 2 * UNIT_BYTES },
  ...{ coolDownMs: 30_000, joinMs: 150_000, triesMax: 3, perDayMax: 40, deadMs: 600_000, price: null },
}
