/** `placing` in config.json: how pubs are put on hubs. */
import { DISK_PROMISED_MAX, DISK_PROMISED_TIMES } from '../protocol/limits-placing'

export interface PlacingPolicy {
  /** spread: where most is left. pack: where least is left that is enough, so that hubs get empty and can be given back. */
  hubs: 'spread' | 'pack'
  /** apart: no two pubs of one owner on one host, whatever else is free. together: wherever there is room. */
  siblings: 'apart' | 'together'
  /** So many times the free disk of a hub may be promised to pubs by their plans. */
  diskPromisedTimes: number
}

export const DEFAULT_PLACING: PlacingPolicy = {
  hubs: 'spread',
  siblings: 'together',
  diskPromisedTimes: DISK_PROMISED_TIMES,
}

const NAMES = ['hubs', 'siblings', 'diskPromisedTimes']

/** The policy of these settings; throws a sentence for what can't be meant. */
export function placingPolicyOf(settings: unknown): PlacingPolicy {
  if (settings === undefined) return DEFAULT_PLACING
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings))
    throw new Error('buttcloud.placing must be an object, as described in docs/OPERATORS.md')
  const given = settings as Record<string, unknown>
  for (const name of Object.keys(given))
    if (!NAMES.includes(name))
      throw new Error(`buttcloud.placing.${name} is no setting; there are: ${NAMES.join(', ')}`)
  return {
    hubs: wordOf(given, 'hubs', ['spread', 'pack'], DEFAULT_PLACING.hubs),
    siblings: wordOf(given, 'siblings', ['apart', 'together'], DEFAULT_PLACING.siblings),
    diskPromisedTimes: timesOf(given.diskPromisedTimes),
  }
}

function wordOf<T extends string>(
  given: Record<string, unknown>,
  name: string,
  words: readonly T[],
  otherwise: T,
): T {
  const value = given[name]
  if (value === undefined) return otherwise
  const word = words.find((one) => one === value)
  if (word !== undefined) return word
  throw new Error(`buttcloud.placing.${name} must be ${words.join(' or ')}, not ${JSON.stringify(value)}`)
}

function timesOf(value: unknown): number {
  if (value === undefined) return DEFAULT_PLACING.diskPromisedTimes
  if (typeof value === 'number' && value >= 1 && value <= DISK_PROMISED_MAX) return value
  throw new Error(
    `buttcloud.placing.diskPromisedTimes must be a number from 1 to ${DISK_PROMISED_MAX}, not ${JSON.stringify(value)}`,
  )
}
