/** The one-time token that an operator gives to a new hub or billing bridge: `host:port:@provider.ed25519~seed`. */
import { type FeedId, isFeedId } from './ids'

export interface JoinToken {
  host: string
  port: number
  provider: FeedId
  /** base64 of 32 bytes; whoever has it may join once. Never logged. */
  seed: string
}

const TOKEN = /^(.+):(\d{1,5}):(@[A-Za-z0-9+/]{43}=\.ed25519)~([A-Za-z0-9+/]{43}=)$/

/** Reads a token; null when it is none (cut off when it was copied, most likely). */
export function parseToken(text: string): JoinToken | null {
  const [, host, port, provider, seed] = TOKEN.exec(text.trim()) ?? []
  if (host === undefined || port === undefined || seed === undefined || !isFeedId(provider)) return null
  const number = Number(port)
  return number >= 1 && number <= 65_535 ? { host, port: number, provider, seed } : null
}

/** The address of the provider for the hub's own node. */
export function addressOf(place: { host: string; port: number; provider: FeedId }): string {
  return `net:${place.host}:${place.port}~shs:${place.provider.slice(1, -'.ed25519'.length)}`
}
