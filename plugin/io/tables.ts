/**
 * What the provider keeps beside its feed: small, local, bounded, and named here in full.
 *   invites.json    the provider's own invites: public key, uses, used
 *   newcomers.json  who redeemed one and has not given a valid command yet
 *   tokens.json     one-time tokens of hubs and bridges that have not been used or have not run out
 * No seed is kept: whoever holds a code holds the only copy.
 */
import { join } from 'node:path'
import type { FeedId, InviteKey, Millis } from '../../protocol/ids'
import {
  HUB_TOKEN_EXPIRES_MS,
  NEWCOMER_EXPIRES_MS,
  NEWCOMERS_MAX,
  REDEMPTIONS_PER_MINUTE_MAX,
} from '../../protocol/limits'
import { readJson, writeJson } from '../../sbot/durable'

export interface OwnInvite {
  uses: number
  used: number
}
export interface Newcomer {
  at: Millis
  /** Bytes of content this feed has brought; past the cap it is asked for no more. */
  bytes: number
  wrote: boolean
}
/** Whom a token lets in. */
export type TokenKind = 'hub' | 'bridge'
interface Token {
  expiresAt: Millis
  label: string | null
  kind: TokenKind
  /** The operator who made it; absent in files from before 0.2. */
  by?: FeedId | null
}

const MINUTE_MS = 60_000
const INVITES_MAX = 1_000
const TOKENS_MAX = 1_000

/** Why a redemption is refused, as a sentence for the person at the other end. */
export class Redemption extends Error {}

/** The three tables of one provider. Every change is on disk when its method returns. */
export class Tables {
  private readonly invites: Map<InviteKey, OwnInvite>
  readonly newcomers: Map<FeedId, Newcomer>
  private readonly tokens: Map<InviteKey, Token>
  private redeemedAt: Millis[] = []

  constructor(
    private readonly directory: string,
    private readonly clock: () => Millis,
  ) {
    this.invites = this.load('invites')
    this.newcomers = this.load('newcomers')
    this.tokens = this.load('tokens')
    // Counted anew while the log is read.
    for (const newcomer of this.newcomers.values()) newcomer.bytes = 0
  }

  private load<K extends string, V>(name: string): Map<K, V> {
    const found = (readJson(join(this.directory, `${name}.json`)) ?? {}) as Record<string, V>
    return new Map(Object.entries(found)) as Map<K, V>
  }

  private save(name: 'invites' | 'newcomers' | 'tokens'): void {
    writeJson(join(this.directory, `${name}.json`), Object.fromEntries(this[name]))
  }

  addInvite(key: InviteKey, uses: number): void {
    if (this.invites.size >= INVITES_MAX)
      for (const [old, invite] of this.invites) if (invite.used >= invite.uses) this.invites.delete(old)
    if (this.invites.size >= INVITES_MAX) throw new Error(`There are ${INVITES_MAX} unused invites already.`)
    this.invites.set(key, { uses, used: 0 })
    this.save('invites')
  }

  /** True while the invite may still be redeemed. */
  admitsInvite(key: InviteKey): boolean {
    const invite = this.invites.get(key)
    return invite !== undefined && invite.used < invite.uses
  }

  /** Takes a newcomer in; throws Redemption with the reason. Gives back who had to make room. */
  redeem(key: InviteKey, feed: FeedId): FeedId[] {
    const now = this.clock()
    if (this.newcomers.has(feed)) return []
    const invite = this.invites.get(key)
    if (invite === undefined || invite.used >= invite.uses)
      throw new Redemption('this invite has been used up')
    this.redeemedAt = this.redeemedAt.filter((at) => at > now - MINUTE_MS)
    if (this.redeemedAt.length >= REDEMPTIONS_PER_MINUTE_MAX)
      throw new Redemption('too many people are joining just now, please try again in a minute')
    const gone = this.makeRoom(now)
    this.redeemedAt.push(now)
    invite.used += 1
    this.newcomers.set(feed, { at: now, bytes: 0, wrote: false })
    this.save('invites')
    this.save('newcomers')
    return gone
  }

  /** Drops who has waited too long, then, if it is still full, the oldest who never wrote. */
  private makeRoom(now: Millis): FeedId[] {
    const gone: FeedId[] = []
    for (const [feed, newcomer] of this.newcomers)
      if (newcomer.at < now - NEWCOMER_EXPIRES_MS) gone.push(feed)
    if (this.newcomers.size - gone.length >= NEWCOMERS_MAX) {
      for (const [feed, newcomer] of this.newcomers) {
        if (newcomer.wrote || gone.includes(feed)) continue
        gone.push(feed)
        break
      }
    }
    if (this.newcomers.size - gone.length >= NEWCOMERS_MAX)
      throw new Redemption('there is no room for newcomers at the moment, please try again tomorrow')
    for (const feed of gone) this.newcomers.delete(feed)
    return gone
  }

  /** A newcomer has become an owner. */
  settle(feed: FeedId): void {
    if (this.newcomers.delete(feed)) this.save('newcomers')
  }

  addToken(key: InviteKey, label: string | null, kind: TokenKind = 'hub', by: FeedId | null = null): Millis {
    const now = this.clock()
    for (const [old, token] of this.tokens) if (token.expiresAt <= now) this.tokens.delete(old)
    if (this.tokens.size >= TOKENS_MAX) throw new Error(`There are ${TOKENS_MAX} unused tokens already.`)
    const expiresAt = now + HUB_TOKEN_EXPIRES_MS
    this.tokens.set(key, { expiresAt, label, kind, by })
    this.save('tokens')
    return expiresAt
  }

  /** The token, unless it has run out. */
  token(key: InviteKey): Token | null {
    const token = this.tokens.get(key)
    return token !== undefined && token.expiresAt > this.clock() ? token : null
  }
}
