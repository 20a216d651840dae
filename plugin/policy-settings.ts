/** The settings of config.json that are whole numbers by themselves, checked: nothing of them can be meant otherwise. */
import {
  PUBS_PER_OWNER_MAX_MAX,
  REQUESTS_PER_MINUTE_MAX_MAX,
  RETENTION_MS_MAX,
} from '../protocol/limits-cluster'
import { DEFAULT_POLICY, type Policy } from './policy'

const WHOLE = {
  pubsPerOwnerMax: { min: 0, max: PUBS_PER_OWNER_MAX_MAX },
  retentionMs: { min: 0, max: RETENTION_MS_MAX },
  requestsPerMinuteMax: { min: 1, max: REQUESTS_PER_MINUTE_MAX_MAX },
} as const
export type WholeSetting = keyof typeof WHOLE

/** Its value, or what holds without it. Throws a sentence for what can't be meant. */
export function wholeSetting(name: WholeSetting, value: unknown): Policy[WholeSetting] {
  if (value === undefined) return DEFAULT_POLICY[name]
  const { min, max } = WHOLE[name]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value
  throw new Error(`buttcloud.${name} must be a whole number from ${min} to ${max}, not ${shortly(value)}`)
}

const shortly = (value: unknown): string => (JSON.stringify(value) ?? typeof value).slice(0, 60)
