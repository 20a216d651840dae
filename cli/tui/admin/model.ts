/** What the operator's screens know, and what is on them. All of it is plain data. */
import type { FeedId, Millis, PubId } from '../../../protocol/ids'
import type { MailView } from '../../../protocol/mail'
import type { BridgeView } from '../../../protocol/rpc'
import type { AuditView, CapacityView, FleetIncidentView, FleetPubView } from '../../../protocol/rpc-desk'
import type { MachinesView } from '../../../protocol/rpc-machines'
import type { GrantView, MoneyView } from '../../../protocol/rpc-money'
import type { Connection, Known, Line } from '../model'
import type { Tone } from '../screen'

/** What the provider is asked again and again, by the name of each. */
export interface Looks {
  capacity: CapacityView
  machines: MachinesView
  pubs: FleetPubView[]
  incidents: FleetIncidentView[]
  money: MoneyView
  grants: GrantView[]
  bridges: BridgeView[]
  mail: MailView
}
export type LookName = keyof Looks

/** Each with the time when it was so; null: not known yet. */
export type Fleet = { [Name in LookName]: Known<Looks[Name]> | null }

export const NOTHING_SEEN: Fleet = {
  ...{ capacity: null, machines: null, pubs: null, incidents: null, money: null, grants: null },
  ...{ bridges: null, mail: null },
}

/** What an event, or a line of what waits, is about. */
export type About = { kind: 'hub'; hub: FeedId } | { kind: 'pub'; pub: PubId } | null

/** Something that happened, newest first where there are several. */
export interface FleetEvent {
  at: Millis
  tone: Tone
  /** The name of what it is about, or a word where it is about none. */
  name: string
  text: string
  about: About
}

/** Something that waits for the operator. */
export interface Waiting {
  tone: Tone
  text: string
  /** What can be typed about it. */
  command: string | null
  about: About
}

/** What is done from here; each is asked for first. Everything else is a command to type. */
export type Deed = { kind: 'invite' } | { kind: 'hub-token' } | { kind: 'mail-test' }

/** One line of the list of verbs: done from here, or copied to be typed (or the word itself, where it is no command). */
export interface Verb {
  /** What is shown, and copied. */
  text: string
  does: string
  deed: Deed | null
}

export const TABS = ['fleet', 'pubs', 'events', 'money', 'mail'] as const
export type Tab = (typeof TABS)[number]

export const SORTS = ['name', 'trouble', 'plan', 'owner', 'hub', 'money', 'incident', 'age'] as const
export type Sort = (typeof SORTS)[number]

/** Which pubs are listed, and how. */
export interface Listing {
  sort: Sort
  filter: Line
  /** The filter is being typed. */
  isTyping: boolean
  /** Ended pubs, too. */
  ended: boolean
}

/** `selected` is a row of `itemsOf` of that screen. */
export type AdminScreen =
  | { kind: 'home'; tab: Tab; selected: number }
  | { kind: 'hub'; hub: FeedId; selected: number }
  | { kind: 'pub'; pub: PubId; selected: number }
  | { kind: 'owner'; owner: FeedId; selected: number }

/**
 * verbs  what can be done about what is chosen
 * deed   one deed: `asks` until it is confirmed, and what came of it. A secret is shown once and kept nowhere
 */
export type AdminDialog =
  | { kind: 'help' }
  | { kind: 'verbs'; title: string; verbs: Verb[]; selected: number }
  | {
      kind: 'deed'
      deed: Deed
      state: 'asks' | 'waits' | 'done' | 'failed'
      text: string
      secret: string | null
      copied: boolean
    }

export interface AdminModel {
  now: Millis
  size: { width: number; height: number }
  /** False: ASCII only. */
  unicode: boolean
  /** What `--path` has to say in a command that is typed elsewhere; null: nothing, it is the usual folder. */
  path: string | null
  provider: FeedId | null
  fleet: Fleet
  /** Stories that were asked for, by what was asked; the oldest go. */
  audits: { about: string; story: Known<AuditView> }[]
  /** What was seen to change in this session, newest first. */
  seen: FleetEvent[]
  connection: Connection
  listing: Listing
  /** Never empty. */
  screens: AdminScreen[]
  dialog: AdminDialog | null
  /** One quiet line above the keys, until the time that stands with it. */
  told: { text: string; until: Millis } | null
}

/** Before anything is known. */
export function firstAdminModel(around: {
  now: Millis
  size: { width: number; height: number }
  unicode: boolean
  path: string | null
}): AdminModel {
  return {
    ...around,
    ...{ provider: null, fleet: NOTHING_SEEN, audits: [], seen: [] },
    connection: { state: 'starting' },
    listing: { sort: 'name', filter: { text: '', cursor: 0 }, isTyping: false, ended: false },
    screens: [{ kind: 'home', tab: 'fleet', selected: 0 }],
    ...{ dialog: null, told: null },
  }
}
