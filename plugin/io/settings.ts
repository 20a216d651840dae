/** What a provider's config may say, before it is checked. */
import type { Log } from './provider'

/** Own settings: `config.buttcloud` of the node. */
export interface Settings {
  portMin?: number
  portMax?: number
  pubsPerOwnerMax?: number
  retentionMs?: number
  requestsPerMinuteMax?: number
  /** How long what is not paid for goes on (plugin/dues-settings.ts). */
  dues?: unknown
  /** How pubs are put on hubs (plugin/placing-policy.ts). */
  placing?: unknown
  /** When pubs go elsewhere by themselves (plugin/moving-settings.ts). */
  moving?: unknown
  /** When servers are rented to be hubs (plugin/machine-settings.ts). */
  machines?: unknown
  name?: string
  /** The file of plans, absolute or in the node's folder; default: plans.yaml there, and without it the built-in plans. */
  plansFile?: string
  /** The version of pubs that `upgrade NAME` goes to; default: this package's own. */
  pubVersion?: string
  /** host:port for the provider's own invites, where the node can't know it. */
  address?: string
  /** The operator's word that no other copy of this feed is ahead; opens the boot gate at once. */
  nobodyElse?: boolean
  /** Where these settings stand, if that is a file of ours (plugin/main.ts). */
  configFile?: string
  /** True in our own node, which holds nothing but what the provider asked for. */
  ownNode?: boolean
  log?: Log
  /** Where mail is sent; see plugin/mail-settings.ts. */
  mail?: unknown
  /** Feeds that may do from elsewhere what the provider's own key may (plugin/operators.ts). */
  operators?: unknown
  /** What pubs get host names under, and the name server that knows them (plugin/dns-settings.ts). */
  domain?: unknown
  dns?: unknown
  /** Name servers that are asked about owners' domains (plugin/dns-settings.ts). */
  resolvers?: unknown
  /** Where figures for a monitor are shown (plugin/io/metrics.ts). */
  metrics?: unknown
}
