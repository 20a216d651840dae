/** Domains of owners in a story: what name servers answer, and the looks of plugin/io/own-names.ts without any network. */
import type { Effect } from '../../plugin/effects'
import { afterLook, dueAt, wantedOwn } from '../../plugin/own-looks'
import { type Found, lookUp, type Said } from '../../plugin/own-lookup'
import { pubIdOf } from '../../protocol/ids'
import type { PubMessage } from '../../protocol/messages/pub'
import type { PubFact } from '../../protocol/state'
import { alice, lastText, Story } from './story'
import { ask, recordOf, type Told } from './story-change'
import { aliceHasPub, hubSays } from './story-hub'
import { noticesOf } from './story-operator'

const MINUTE_MS = 60_000

/** Records as `TYPE name` → values, or the reason why nobody answers. */
export type Zone = Record<string, string[] | { trouble: string }>

/** What one look finds in a zone. */
export function find(zone: Zone, name: string, host: string): Found {
  const steps = lookUp(name, host)
  let step = steps.next()
  while (step.done !== true) step = steps.next(say(zone, `${step.value.type} ${step.value.name}`))
  return step.value
}

function say(zone: Zone, key: string): Said {
  const found = zone[key] ?? zone['*']
  if (found === undefined) return { kind: 'none' }
  return Array.isArray(found) ? { kind: 'records', values: found } : { kind: 'trouble', why: found.trouble }
}

/** Every look that is due now, and what follows. */
export function look(story: Story, zone: Zone): Effect[] {
  const { state, ownLooks, now } = story
  for (const { pub, own, host } of wantedOwn(state))
    if (dueAt(own, ownLooks.get(pub), now) <= now)
      ownLooks.set(pub, afterLook(ownLooks.get(pub), own, find(zone, own.name, host), now))
  return story.settle()
}

/** Time goes by, in steps as short as the looks' own; gives all that was done. */
export function pass(story: Story, zone: Zone, milliseconds: number, stepMs = 5 * MINUTE_MS): Effect[] {
  const done: Effect[] = []
  const end = story.now + milliseconds
  while (story.now < end) {
    story.now = Math.min(end, story.now + stepMs)
    done.push(...look(story, zone))
  }
  return done
}

export const HOST = 'alice.pubs.example.org'
export const NAME = 'social.example.net'
export const LEADS: Zone = { [`CNAME ${NAME}`]: [HOST] }
export const NOT: Zone = { [`A ${NAME}`]: ['198.51.100.1'] }
export const DEAD: Zone = { '*': { trouble: 'no name server answered in time' } }

/** alice's pub is up by its name for life. */
export function told(): Told {
  const story = new Story().withHub()
  story.policy = { ...story.policy, domain: 'pubs.example.org' }
  return { story, pub: aliceHasPub(story) }
}
export const fact = ({ story, pub }: Told): PubFact => {
  const found = story.state.provider.pubs.get(pubIdOf(pub))
  if (found === undefined) throw new Error('no pub')
  return found
}
export const own = (one: Told): PubMessage['own'] => recordOf(one).own
export const says = (one: Told, text: string, who = alice): string => {
  one.story.asks(who, text)
  return lastText(one.story.settle())
}
export const upBy = (one: Told, host: string): ReturnType<typeof noticesOf> => {
  hubSays(one.story, one.pub, 'up', { host })
  return noticesOf(one.story.settle(), 'moved')
}
/** It is reached by alice's own name, and she knows. */
export function proven(): Told {
  const one = told()
  ask(one, `domain alice ${NAME}`)
  look(one.story, LEADS)
  upBy(one, NAME)
  return one
}
