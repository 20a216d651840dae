/** What happens to the model, and what it wants done. Data only. */

import type { ExportPart } from '../../protocol/command-kinds'
import type { Figures, LiveFigures, Samples, Span } from '../../protocol/figures'
import type { FeedId, MessageId, Millis, PubId } from '../../protocol/ids'
import type { EmailSet } from '../../protocol/mail'
import type { InviteView, PubView } from '../../protocol/rpc'
import type { Letter } from '../letters'
import type { Connection, Facts, PlanFacts, ProviderFacts, QrPicture } from './model'

/**
 * A key as it was pressed. `name` is lower-case: a letter or digit itself, else one of `enter` `escape` `tab` `backspace`
 * `delete` `up` `down` `left` `right` `home` `end` `pageup` `pagedown` `space`, or `text` for what a keyboard can't say in
 * one key (a paste, an accent). `text` is what it would write into a line; empty for keys that write nothing.
 */
export interface Key {
  name: string
  ctrl: boolean
  meta: boolean
  shift: boolean
  text: string
}

/** What the terminal says, to whichever program is on it. */
export type TerminalMessage =
  | { kind: 'key'; key: Key; now: Millis }
  /** Cells, 0 is the left or upper edge. */
  | { kind: 'mouse'; deed: 'press' | 'wheel-up' | 'wheel-down'; x: number; y: number; now: Millis }
  | { kind: 'resize'; width: number; height: number; now: Millis }
  /** Once a second, so that ages grow. */
  | { kind: 'tick'; now: Millis }

export type Message =
  | TerminalMessage
  | { kind: 'facts'; facts: Fact[]; now: Millis }
  /** What `picture` asked for; null: too long for one. */
  | { kind: 'picture'; code: string; picture: QrPicture | null; now: Millis }

/** What the source of facts tells. `at`: when that was true, where it may be older than now. */
export type Fact =
  /** What the last session knew; the first thing told. */
  | { kind: 'remembered'; facts: Facts }
  | { kind: 'identity'; owner: FeedId; provider: ProviderFacts | null }
  | { kind: 'connection'; connection: Connection }
  /** The whole list: `pubs()` and each item of `watch()`. */
  | { kind: 'pubs'; views: PubView[]; at: Millis }
  | { kind: 'figures'; pub: PubId; figures: Figures; at: Millis }
  /** An item of `stats`. */
  | { kind: 'live'; pub: PubId; live: LiveFigures; at: Millis }
  | { kind: 'samples'; pub: PubId; samples: Samples; at: Millis }
  | { kind: 'invites'; pub: PubId; invites: InviteView[]; at: Millis }
  | { kind: 'plans'; plans: PlanFacts[]; at: Millis }
  /** New letters (those that are known are left out); many at once at the start. */
  | { kind: 'letters'; letters: Letter[] }
  /** The past has been read: from here on letters are news. */
  | { kind: 'caught-up' }
  /** What has been seen, here or by commands. */
  | { kind: 'shown'; keys: MessageId[] }
  | { kind: 'request'; request: number; progress: Progress }
  /** The first run: how joining went. */
  | { kind: 'joined' }
  | { kind: 'join-failed'; problem: string }
  /** What was typed in earlier sessions, oldest first. */
  | { kind: 'history'; lines: string[] }
  /** Whether a provider has its folder beside the owner's, as `up` makes it: it can be joined without an invite. */
  | { kind: 'local'; there: boolean }
  /** What came of an `email`, as a sentence. */
  | { kind: 'mail'; text: string }

/** How a request gets on. Whether it was received and answered is in the letters. */
export type Progress =
  | { state: 'written'; key: MessageId; sequence: number }
  | { state: 'delivered' }
  | { state: 'failed'; problem: string }
  | { state: 'saving'; bytes: number; bytesAll: number | null }
  | { state: 'saved'; file: string; bytes: number }

/**
 * say       writes the words to the provider; told back as `request` facts. Never waits for the network to be there
 * save      downloads a part of a pub as `buttcloud export` does (log, blobs, all): `request` facts with saving, saved
 * watch     which pub's `stats` are wanted live, from now on; null: none. It replaces the last wish
 * ask       facts that are wanted now; told back when they are there, and nothing is told when they can't be had
 * seen      these letters have been on the screen: no command's news any more
 * join      redeems a provider's invite; `local` takes that of the provider on this machine
 * email     hands an address or a code over without a message, so that it stands on no feed; told back as `mail`
 * typed     keeps a line for the arrow keys of later sessions (what holds a secret is left out)
 */
export type SourceEffect =
  | { kind: 'say'; request: number; text: string; thread: 'new' | 'newest' | MessageId }
  | { kind: 'save'; request: number; pub: PubId; name: string; part: ExportPart }
  | { kind: 'watch'; pub: PubId | null }
  | { kind: 'ask'; what: 'pubs' | 'plans' }
  | { kind: 'ask'; what: 'figures' | 'invites'; pub: PubId }
  | { kind: 'ask'; what: 'samples'; pub: PubId; span: Span }
  | { kind: 'seen'; keys: MessageId[] }
  | { kind: 'join'; invite: string | 'local' }
  | { kind: 'email'; set: EmailSet }
  | { kind: 'typed'; line: string }

/** What the terminal does for whichever program is on it. copy: onto the clipboard of whoever sits there (OSC 52). */
export type TerminalEffect = { kind: 'copy'; text: string } | { kind: 'bell' } | { kind: 'quit' }

/** picture: a QR code. open: a link, in their browser. */
export type OwnEffect = SourceEffect | { kind: 'picture'; code: string } | { kind: 'open'; link: string }

export type Effect = OwnEffect | TerminalEffect

/** Where facts come from: `io/source.ts`. The loop (`io/run.ts`) stamps the time, gathers facts and repaints once. */
export interface Source {
  /** Begins: the remembered facts at once (synchronously, from disk), the rest as it comes. Never throws. */
  start(tell: (fact: Fact) => void): void
  /** Begins it and returns; never blocks, never throws. */
  perform(effect: SourceEffect): void
  /** Writes down what is known and lets go of everything; within a second or two. */
  stop(): Promise<void>
}
