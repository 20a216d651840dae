/**
 * Branded ids and units. A PubId is never passed where a FeedId is meant; the brands cost nothing at run time.
 * Sigil forms are those of classic SSB (scuttlebutt protocol guide, "Keys and identities" and "Message ids").
 */

declare const brand: unique symbol
type Brand<Base, Name extends string> = Base & { readonly [brand]: Name }

/** `@<base64 of 32 bytes>.ed25519`: who wrote something. */
export type FeedId = Brand<string, 'FeedId'>
/** `%<base64 of 32 bytes>.sha256`: one message. */
export type MessageId = Brand<string, 'MessageId'>
/** The key of the message that asked for the pub. It exists before the pub's own feed does and never changes. */
export type PubId = Brand<string, 'PubId'>
/** Public key of an invite, in feed id form; whoever holds its seed may redeem it. */
export type InviteKey = Brand<string, 'InviteKey'>
/** Milliseconds since 1970. */
export type Millis = number

const BASE64_32_BYTES = '[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]='
const FEED_ID = new RegExp(`^@${BASE64_32_BYTES}\\.ed25519$`)
const MESSAGE_ID = new RegExp(`^%${BASE64_32_BYTES}\\.sha256$`)

/** True for a canonical ed25519 feed id. */
export function isFeedId(value: unknown): value is FeedId {
  return typeof value === 'string' && FEED_ID.test(value)
}

/** True for a canonical sha256 message id. */
export function isMessageId(value: unknown): value is MessageId {
  return typeof value === 'string' && MESSAGE_ID.test(value)
}

/** True for a pub id, which is the message id of the request that asked for it. */
export function isPubId(value: unknown): value is PubId {
  return typeof value === 'string' && MESSAGE_ID.test(value)
}

/** True for an invite's public key. */
export function isInviteKey(value: unknown): value is InviteKey {
  return typeof value === 'string' && FEED_ID.test(value)
}

/** The pub that a `create` request asks for. */
export function pubIdOf(request: MessageId): PubId {
  return request as string as PubId
}

/**
 * A short name made of the pub id, fit for containers, volumes and folders: `bc-` and 20 hex digits (80 bits).
 * Made from the id alone, so that a second create of the same pub collides instead of doubling.
 */
export function runNameOf(pub: PubId): string {
  return `bc-${hexOfBase64(pub.slice(1, 1 + 16)).slice(0, 20)}`
}

/**
 * The name of a provider's machine of this number: with 32 bits of the provider's id, because several providers may rent in
 * one place.
 */
export function machineNameOf(provider: FeedId, number: number): string {
  return `bc-${hexOfBase64(provider.slice(1, 1 + 8)).slice(0, 8)}-${number}`
}

const BASE64_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function hexOfBase64(base64: string): string {
  let bits = ''
  for (const digit of base64) bits += BASE64_DIGITS.indexOf(digit).toString(2).padStart(6, '0')
  let hex = ''
  for (let at = 0; at + 4 <= bits.length; at += 4)
    hex += Number.parseInt(bits.slice(at, at + 4), 2).toString(16)
  return hex
}
