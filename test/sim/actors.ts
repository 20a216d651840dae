/** Who takes part: fixed identities, made once. Only hubs and invites need real keys; the rest never signs. */
import { createHash } from 'node:crypto'
import ssbKeys from 'ssb-keys'
import type { FeedId, InviteKey } from '../../protocol/ids'

/** A canonical feed id made of a text. */
export function madeUpFeed(text: string): FeedId {
  return `@${createHash('sha256').update(text).digest('base64')}.ed25519` as FeedId
}

interface KeyPair {
  id: FeedId
  sign(text: string): string
}

function keyPair(name: string): KeyPair {
  const keys = ssbKeys.generate('ed25519', createHash('sha256').update(name).digest())
  return { id: keys.id as FeedId, sign: (text) => ssbKeys.sign(keys, text) as string }
}

export const PROVIDER = madeUpFeed('provider')
export const PROVIDER_KEYS = { private: 'the secret of the provider in every world' }
export const PROVIDER_INVITE = madeUpFeed('invite of the provider') as string as InviteKey
export const ALICE = madeUpFeed('alice')
export const BOB = madeUpFeed('bob')
export const OSCAR = madeUpFeed('oscar')
export const HUBS = ['hub-1', 'hub-2', 'hub-3', 'hub-4'].map((name) => ({
  name,
  ...keyPair(name),
  token: madeUpFeed(`token of ${name}`) as string as InviteKey,
}))

const rented: KeyPair[] = []

/** Of the server that was rented as this one of its world. */
export function rentedIdentity(count: number): KeyPair {
  while (rented.length <= count) rented.push(keyPair(`rented-${rented.length}`))
  return rented[count] as KeyPair
}

const seeds = new Map<string, InviteKey>()

/** The public key of an invite, from the seed in its code, as ssb-invite makes it. */
export function inviteKeyOf(seed: string): InviteKey {
  let key = seeds.get(seed)
  if (key === undefined) {
    key = ssbKeys.generate('ed25519', Buffer.from(seed, 'base64')).id as InviteKey
    if (seeds.size > 10_000) seeds.clear()
    seeds.set(seed, key)
  }
  return key
}
