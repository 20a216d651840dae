/** Which provider a hub or a bridge has joined, as it keeps it in a file of its folder. */
import { feedId, shape, text, whole } from '../protocol/check'
import type { FeedId } from '../protocol/ids'
import { readJson } from './durable'

export interface Membership {
  provider: FeedId
  host: string
  port: number
  label: string
}

const membership = shape({ provider: feedId, host: text(253), port: whole(1, 65_535), label: text(200) })

/** What a provider answers to `join`. */
export const checkJoinAnswer = shape({ provider: feedId, label: text(200) })

/** What the file says; null where there is none. Throws a sentence where it makes no sense. */
export function membershipIn(path: string): Membership | null {
  const value = readJson(path)
  if (value === null) return null
  const checked = membership(value, '')
  if (checked.ok) return checked.value
  throw new Error(
    `${path} makes no sense (${checked.field} is ${checked.found}); join again with a new token`,
  )
}
