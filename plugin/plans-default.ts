/** The plans where no plans.yaml says otherwise; docs/plans.yaml says the same. */
import { FREE_PLAN_DISK_BYTES, FREE_PLAN_MEMORY_BYTES, FREE_PLAN_RESERVED_BYTES } from '../protocol/limits'
import type { Plan } from '../protocol/plan'

const MIB = 1024 ** 2
const GIB = 1024 ** 3

export const DEFAULT_PLANS: Plan[] = [
  {
    name: 'tiny',
    words: 'for yourself and a few friends',
    size: {
      memoryBytes: FREE_PLAN_MEMORY_BYTES,
      reservedBytes: FREE_PLAN_RESERVED_BYTES,
      diskBytes: FREE_PLAN_DISK_BYTES,
    },
    price: { amount: 100, currency: 'usd', interval: 'month' },
    trialDays: 0,
    perOwnerMax: null,
    region: null,
  },
  {
    name: 'personal',
    words: 'for a circle of friends, with room for pictures',
    size: { memoryBytes: 512 * MIB, reservedBytes: 128 * MIB, diskBytes: 10 * GIB },
    price: { amount: 300, currency: 'usd', interval: 'month' },
    trialDays: 0,
    perOwnerMax: null,
    region: null,
  },
  {
    name: 'community',
    words: 'for a village: many members, many pictures',
    size: { memoryBytes: GIB, reservedBytes: 512 * MIB, diskBytes: 50 * GIB },
    price: { amount: 700, currency: 'usd', interval: 'month' },
    trialDays: 0,
    perOwnerMax: null,
    region: null,
  },
]
