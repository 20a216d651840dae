/** What happens to the operator's model, and what it wants done. Data only. */
import type { FeedId, Millis } from '../../../protocol/ids'
import type { AuditView } from '../../../protocol/rpc-desk'
import type { TerminalEffect, TerminalMessage } from '../message'
import type { Connection } from '../model'
import type { Deed, LookName, Looks } from './model'

/** One answer to what is asked again and again. */
export type LookFact = { [Name in LookName]: { kind: Name; value: Looks[Name]; at: Millis } }[LookName]

export type AdminFact =
  | LookFact
  | { kind: 'connection'; connection: Connection }
  | { kind: 'provider'; provider: FeedId }
  | { kind: 'audit'; about: string; story: AuditView; at: Millis }
  /** A story that can't be had: a sentence. */
  | { kind: 'no-audit'; about: string; problem: string }
  /** What came of a deed. */
  | { kind: 'deed'; ok: boolean; text: string; secret: string | null }

export type AdminMessage = TerminalMessage | { kind: 'facts'; facts: AdminFact[]; now: Millis }

/**
 * look   asks for everything now, instead of a little later
 * audit  asks for the story of a pub or of somebody: the provider reads its whole log for it, so it is never polled
 * do     the only one that changes anything at the provider
 */
export type FleetEffect = { kind: 'look' } | { kind: 'audit'; about: string } | { kind: 'do'; deed: Deed }

export type AdminEffect = FleetEffect | TerminalEffect

/** Where facts come from: `io/fleet-source.ts`. */
export interface FleetSource {
  /** Begins. Never throws. */
  start(tell: (fact: AdminFact) => void): void
  /** Begins it and returns; never blocks, never throws. */
  perform(effect: FleetEffect): void
  stop(): Promise<void>
}
