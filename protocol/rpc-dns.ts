/** What the operator is shown of pubs' host names. */
import type { Millis, PubId } from './ids'

export interface DnsNameView {
  host: string
  /** `A 192.0.2.7`, `CNAME hub.example.org`, or `nothing`: its pub has ended. */
  wanted: string
  /** What the name server confirmed last; null where it never did. */
  known: string | null
  error: string | null
}

/** A domain of an owner's own, for a live pub. */
export interface OwnNameView {
  pub: PubId
  /** What its owners want it to be reached by. */
  name: string
  /** The name for life that it has to lead to. */
  host: string
  since: Millis
  proven: boolean
  /** What the last look found, in words, and when; null before the first. */
  found: string | null
  at: Millis | null
}

/** `buttcloud.adminDns()`. */
export interface DnsView {
  /** host:port; null where no name server is configured. */
  server: string | null
  zone: string | null
  /** Why nothing can be set at all. */
  trouble: string | null
  names: DnsNameView[]
  /** Domains of owners' own; absent from an older provider. */
  own?: OwnNameView[]
}

/** `buttcloud.adminHost({pub})`: the name or id of a live pub that has no host name of its own. */
export interface AdminHostAnswer {
  pub: PubId
  name: string
  host: string
}
