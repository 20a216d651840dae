/**
 * The dates of pubs that are not paid for. A date that was promised only ever moves away, and no stage comes before its
 * owners have had the span that the one before it promised: what was missed is made up for, not skipped.
 */
import type { Millis } from '../protocol/ids'
import { DUES_TOLD_WITHIN_MS } from '../protocol/limits-money'
import type { DuesMessage, DuesStage } from '../protocol/messages/dues'
import { agrees, earliest, gainsays, type OtherClock } from '../protocol/other-clock'
import type { DuesFact } from '../protocol/state-money'
import type { DuesPolicy } from './dues-policy'

/** What the daily cap counts. */
export type Cut = 'suspensions' | 'ends'

/** The stages in which a pub's container is stopped and its data kept. */
export function isStoppedAt(stage: DuesStage): boolean {
  return stage === 'suspended' || stage === 'last-week' || stage === 'last-day'
}

function isBeforeStop(stage: DuesStage): boolean {
  return stage === 'grace' || stage === 'reminded'
}

/** The date that a stage announces: the stop, then the end. */
export function announcedAt(dues: DuesMessage): Millis {
  return isBeforeStop(dues.stage) ? dues.suspendAt : dues.endAt
}

/** How long before the date that it announces a stage is told, at least. */
export function noticeMs({ stage, reason }: DuesMessage, policy: DuesPolicy): Millis {
  switch (stage) {
    case 'grace':
      // Who cancels knows the date; an owner whose pub somebody else pays for has a day at least.
      return reason === 'leaving' ? policy.lastDayMs : policy.graceMs[reason]
    case 'reminded':
      return policy.remindMs
    case 'suspended':
      return policy.suspendedMs
    case 'last-week':
      return policy.lastWeekMs
    case 'last-day':
      return policy.lastDayMs
    case 'ended':
    case 'clear':
      return 0
  }
}

/** The same with its date moved away as far as being told `now` asks for. */
export function promised(dues: DuesMessage, policy: DuesPolicy, now: Millis): DuesMessage {
  if (!isOverdue(dues, policy, now)) return dues
  const from = now + noticeMs(dues, policy)
  if (!isBeforeStop(dues.stage)) return { ...dues, endAt: Math.max(dues.endAt, from) }
  const suspendAt = Math.max(dues.suspendAt, from)
  return { ...dues, suspendAt, endAt: Math.max(dues.endAt, suspendAt + policy.suspendedMs) }
}

/** True when it is too late to tell of a stage as it stands on the feed: it is promised anew first. */
export function isOverdue(dues: DuesMessage, policy: DuesPolicy, now: Millis): boolean {
  return announcedAt(dues) - now < noticeMs(dues, policy) - DUES_TOLD_WITHIN_MS
}

export interface NextStage {
  stage: DuesStage
  /** When it is due by the dates on the feed. */
  at: Millis
  cut: Cut | null
}

/** What comes after a stage; null where nothing does. A reminder is left out where the word before it came as late. */
export function nextStage({ content, at }: DuesFact, policy: DuesPolicy): NextStage | null {
  const { stage, suspendAt, endAt } = content
  const stop: NextStage = { stage: 'suspended', at: suspendAt, cut: 'suspensions' }
  const lastDay: NextStage = { stage: 'last-day', at: endAt - policy.lastDayMs, cut: null }
  switch (stage) {
    case 'grace':
      if (suspendAt - at <= policy.remindMs) return stop
      return { stage: 'reminded', at: suspendAt - policy.remindMs, cut: null }
    case 'reminded':
      return stop
    case 'suspended':
      if (endAt - at <= policy.lastWeekMs) return lastDay
      return { stage: 'last-week', at: endAt - policy.lastWeekMs, cut: null }
    case 'last-week':
      return lastDay
    case 'last-day':
      return { stage: 'ended', at: endAt, cut: 'ends' }
    case 'ended':
    case 'clear':
      return null
  }
}

/**
 * Whether a date has come, by two clocks. `alone`: by ours, and there is no other to ask. `disagree`: there are others,
 * and none shows about the same as ours. `unsure`: by ours, and what others said is too old to say so.
 */
export type ClocksSay = 'due' | 'early' | 'alone' | 'disagree' | 'unsure'

export function clocksSay(at: Millis, now: Millis, others: readonly OtherClock[]): ClocksSay {
  const agreeing = others.filter((one) => agrees(one, now))
  if (agreeing.length === 0 && others.some((one) => gainsays(one, now))) return 'disagree'
  if (now < at) return 'early'
  if (others.length === 0) return 'alone'
  if (agreeing.length === 0) return 'unsure'
  return agreeing.some((one) => earliest(one) >= at) ? 'due' : 'early'
}
