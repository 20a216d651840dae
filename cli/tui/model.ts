/**
 * What the terminal UI knows and shows: types only. The flow is model → update → view:
 *
 *     keys, mouse, ticks ─┐                                  ┌─► view(model) ─► Screen (rows of spans) ─► io/paint.ts
 *     facts (Source) ─────┴─► Message ─► update(model, it) ──┴─► Effect[] ─► Source (say, ask …) or the terminal (copy, quit)
 *
 * `Facts` is plain JSON, so that the source of facts can keep it on disk and hand it back at the next start: what was
 * known is shown at once, with its age.
 */
import type { Figures, LiveFigures, Samples, Span } from '../../protocol/figures'
import type { FeedId, MessageId, Millis, PubId } from '../../protocol/ids'
import type { InviteView, PubView } from '../../protocol/rpc'
import type { Answered, Letter } from '../letters'
import type { Conversation } from './model-conversation'
import type { Welcome } from './model-welcome'

/** Something, and when it was learned (by this machine's clock). Whatever is old is shown with its age. */
export interface Known<T> {
  value: T
  at: Millis
}

// ---- what is known ----------------------------------------------------------------------------------------------

/** One pub. Everything but `view` may be unknown yet. */
export interface PubFacts {
  view: Known<PubView>
  /** The newest: an item of `stats` while it is watched, else what `figures` said. */
  figures: Known<Figures | LiveFigures> | null
  /** The last items of `stats`, oldest first, at most LIVE_ITEMS_MAX; emptied when watching begins. */
  live: LiveFigures[]
  /** The last hour is drawn on the dashboard, so it is asked for each pub once a minute; others when they are looked at. */
  samples: Partial<Record<Span, Known<Samples>>>
  invites: Known<InviteView[]> | null
}

/** Two minutes of one a second: as many as a wide chart has columns. */
export const LIVE_ITEMS_MAX = 120

export interface ProviderFacts {
  id: FeedId
  /** What it calls itself, or a short form of its id. */
  name: string
  address: string
}

/** A plan as the provider's own words list it; where they can't be had, names are typed. */
export interface PlanFacts {
  name: string
  words: string
}

/** All that is known; plain JSON. */
export interface Facts {
  /** Null before there is an identity. */
  owner: FeedId | null
  /** The one that is spoken to; null: the first run. */
  provider: ProviderFacts | null
  /** Pubs by id; ended ones too, as long as the provider tells of them. */
  pubs: Record<PubId, PubFacts>
  /** When the list of pubs was last complete; null: never. */
  pubsAt: Millis | null
  plans: Known<PlanFacts[]> | null
}

/**
 * starting  the owner's node is being reached; what is on the screen was known before
 * live      the provider is connected: facts come by themselves
 * away      it can not be reached; what is sent waits on the owner's feed. `why` is a sentence, `since` when that began
 */
export type Connection =
  | { state: 'starting' }
  | { state: 'live' }
  | { state: 'away'; since: Millis; why: string }

// ---- what is being asked ------------------------------------------------------------------------------------------

/**
 * writing    it is being written to the owner's feed
 * written    it is on the feed, and valid whatever happens; it waits for the provider
 * delivered  the provider has it
 * failed     nothing was sent, or a download broke off; `problem` says why
 * saving     a download (an export); `bytes` of `bytesAll`
 * saved      it is in `file`
 * Whether it was received and answered is read from the letters: `answered`.
 */
export type SendState = 'writing' | 'written' | 'delivered' | 'failed' | 'saving' | 'saved'

/** One request of this session. */
export interface Request {
  /** Counted by `update`; names the request in effects and facts. */
  id: number
  /** The words that are sent. */
  text: string
  pub: PubId | null
  /** Which letter it replies to; null: none. */
  thread: MessageId | null
  begunAt: Millis
  state: SendState
  /** Of the owner's message, once it is written. */
  key: MessageId | null
  sequence: number | null
  problem: string | null
  saved: { file: string | null; bytes: number; bytesAll: number | null } | null
  answered: Answered
  endedAt: Millis | null
}

// ---- what is on the screen ----------------------------------------------------------------------------------------

export const TABS = ['actions', 'status', 'invites'] as const
export type Tab = (typeof TABS)[number]

export interface DashboardScreen {
  kind: 'dashboard'
  /** Which row. The order of rows is `shownPubs(facts)`. */
  selected: number
}

export interface PubScreen {
  kind: 'pub'
  pub: PubId
  tab: Tab
  /** The row of the tab that is chosen. */
  selected: number
  /** What the charts of the status cover; `live` is the last two minutes. */
  span: 'live' | Span
}

/** Screens lie on each other; the last is seen, Escape takes it off. */
export type ScreenState = DashboardScreen | PubScreen | Conversation | Welcome

/** A line that is typed into; `cursor` counts characters as people see them (graphemes) before it. */
export interface Line {
  text: string
  cursor: number
}
export const EMPTY_LINE: Line = { text: '', cursor: 0 }

export const ACTIONS = [
  'invite',
  'restart',
  'stop',
  'start',
  'upgrade',
  'rebuild',
  'export',
  'name',
  'describe',
  'web',
  'plan',
  'pay',
  'billing',
  'cancel',
  'delete',
] as const
/** What can be done with a pub; `uninvite` and `create` are asked for elsewhere. */
export type ActionId = (typeof ACTIONS)[number] | 'uninvite' | 'create'

/** One thing that an action asks. `choices` null: it is typed. */
export interface Field {
  id: string
  label: string
  hint: string
  line: Line
  choices: string[] | null
}

/**
 * What lies over the screen and takes the keys.
 * form     asks what an action must know and shows the message that Enter sends
 * follow   one request until its final answer, and questions that come back
 * code     an invite or a link: to be read, photographed (QR) and copied
 */
export type Dialog =
  | { kind: 'help' }
  | { kind: 'form'; action: ActionId; pub: PubId | null; fields: Field[]; focus: number; told: string | null }
  | { kind: 'follow'; request: number; scroll: number }
  | { kind: 'code'; title: string; code: string; copied: boolean; picture: QrPicture | null }

/** Rows of a QR code; `#` is dark. Drawn by a package, so it is asked for by an effect. */
export type QrPicture = string[]

export interface Model {
  now: Millis
  size: { width: number; height: number }
  /** False: ASCII only. */
  unicode: boolean
  facts: Facts
  /** The whole conversation with the provider, as it came in; `inOrder` orders it. */
  letters: Letter[]
  /** False until the past has been read. */
  lettersCaughtUp: boolean
  /** What somebody has seen already, here or in commands. */
  shown: ReadonlySet<MessageId>
  /** How many letters of the provider have not been seen. */
  unread: number
  connection: Connection
  /** What was typed into the conversation, in earlier sessions too; oldest first. */
  typed: string[]
  /** A provider can be joined here without an invite. */
  localProvider: boolean
  /** Of this session, oldest first; the oldest ended ones go. */
  requests: Request[]
  nextRequest: number
  /** Never empty. */
  screens: ScreenState[]
  dialog: Dialog | null
  /** One quiet line above the keys, until the time that stands with it. */
  told: { text: string; until: Millis } | null
}
