/** The file `secret` of a feed: its key pair as ssb-keys writes it. */
import ssbKeys from 'ssb-keys'
import { type FeedId, isFeedId } from '../protocol/ids'

export interface FeedSecret {
  feed: FeedId
  /** As ssb-keys reads it. Never in a log, a message, an environment variable or an error. */
  text: string
}

/** A new identity. */
export function makeFeedSecret(): FeedSecret {
  return secretOf(ssbKeys.generate('ed25519'))
}

/**
 * Reads one, with or without the comments that stock programs write into it, and checks that its private half belongs
 * to its feed. Gives it back without comments; null where it is none.
 */
export function readFeedSecret(text: string): FeedSecret | null {
  let keys: { id?: unknown; private?: unknown }
  try {
    keys = JSON.parse(text.replace(/\s*#[^\n]*/g, ''))
  } catch {
    return null
  }
  if (typeof keys !== 'object' || keys === null) return null
  if (!isFeedId(keys.id) || typeof keys.private !== 'string') return null
  const bytes = Buffer.from(keys.private.replace(/\.ed25519$/, ''), 'base64')
  if (bytes.length !== 64) return null
  // libsodium's private key is the seed and the public key: made anew from the seed, it must be the same.
  const again = ssbKeys.generate('ed25519', bytes.subarray(0, 32))
  return again.id === keys.id && again.private === keys.private ? secretOf(again) : null
}

function secretOf(keys: { id: FeedId; curve: string; public: string; private: string }): FeedSecret {
  const { curve, public: open, private: closed, id } = keys
  return { feed: id, text: `${JSON.stringify({ curve, public: open, private: closed, id }, null, 2)}\n` }
}
