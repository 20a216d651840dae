/** `moving` in config.json: whether pubs of hubs that fall silent go elsewhere by themselves, and after how long. */
import { LEASE_MS_MAX, LEASE_MS_MIN } from '../protocol/limits-moving'
import { DEFAULT_POLICY, type MovingPolicy } from './policy'

const NAMES = ['byItself', 'leaseSeconds']

/** The policy of these settings; throws a sentence for what can't be meant. */
export function movingPolicyOf(settings: unknown): MovingPolicy {
  const { moving } = DEFAULT_POLICY
  if (settings === undefined) return moving
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings))
    throw new Error('buttcloud.moving must be an object, as described in docs/OPERATORS.md')
  const given = settings as Record<string, unknown>
  for (const name of Object.keys(given))
    if (!NAMES.includes(name))
      throw new Error(`buttcloud.moving.${name} is no setting; there are: ${NAMES.join(', ')}`)
  const { byItself, leaseSeconds } = given
  if (byItself !== undefined && byItself !== 'on' && byItself !== 'off')
    throw new Error(`buttcloud.moving.byItself must be "on" or "off", not ${JSON.stringify(byItself)}`)
  return {
    byItself: byItself === undefined ? moving.byItself : byItself === 'on',
    leaseMs: leaseSeconds === undefined ? moving.leaseMs : leaseMsOf(leaseSeconds),
  }
}

function leaseMsOf(seconds: unknown): number {
  const least = LEASE_MS_MIN / 1000
  const most = LEASE_MS_MAX / 1000
  if (typeof seconds === 'number' && Number.isSafeInteger(seconds) && seconds >= least && seconds <= most)
    return seconds * 1000
  throw new Error(
    `buttcloud.moving.leaseSeconds must be a whole number from ${least} to ${most}, not ${JSON.stringify(seconds)}`,
  )
}
