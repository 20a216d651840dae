/** Sentences about what an operator changes of a pub: to the operator beforehand, and to its owners. */
import type { FeedId, Millis } from '../protocol/ids'
import type { PubMessage } from '../protocol/messages/pub'
import type { AmendFact } from '../protocol/state-operator'
import { sizeText as bytes } from './plans'
import { inviteText, when } from './words'
import { takeAllAway } from './words-export'
import { listed, person } from './words-people'
import { sizeText } from './words-plans'

export const amendWords = {
  beingMade: 'it is still being made; apply the file again when it is up',
  beingChanged: 'one of its owners is changing it just now; apply the file again when that is done',
  paidStill: 'a subscription pays for it; once that is cancelled, apply the file again',
  noRoom: (why: string) => `there is no room for that: ${why}`,
  noPlan: (wanted: string, names: readonly string[]) =>
    `there is no plan ${wanted}; there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`,
  subscribed: (name: string, plan: string) =>
    `a subscription pays for it, and its plan follows that; its owners change it with \`plan ${name} ${plan}\``,
  unpaid: (name: string, plan: string) =>
    `nobody pays for it with plan ${plan}; \`buttcloud admin grant ${name}\` first gives it to them`,
  beginning: 'it begins in a moment',
  noPort: 'all ports for pubs are in use',
  noOwner: {
    program: (id: FeedId) => `${id} is one of this provider's own programs and can't own a pub`,
    blocked: (id: FeedId) => `${id} is blocked here; \`buttcloud admin unblock\` takes that back`,
    'many-guests': (id: FeedId) =>
      `so many people were made owners here and have never written that ${id} has to redeem an invite of this provider first`,
  },
  askedFor: 'somebody has asked for a pub of that name, which waits to be paid for',
  hubAway: (label: string) => `${label} is not connected; apply the file again when it is back`,
  plan: (before: PubMessage, after: PubMessage) =>
    `plan ${before.plan} → ${after.plan}${after.size.diskBytes < before.size.diskBytes ? ` (less disk: ${bytes(after.size.diskBytes)})` : ''}`,
  web: (on: boolean) => `web pages ${on ? 'on' : 'off'}`,
  owners: (added: readonly FeedId[], gone: readonly FeedId[]) => [
    ...added.map((id) => `${id} becomes an owner`),
    ...gone.map((id) => `${id} is an owner no more`),
  ],
} as const

const who = (by: FeedId, provider: FeedId): string =>
  by === provider ? 'whoever runs this provider' : `whoever runs this provider (${person(by)})`

/** To the owners of a pub that was changed. `web`: where its pages are; null while they are off. */
export function amendNotice(
  { name, plan, owners, size, web: isOn }: PubMessage,
  { by, before, after }: AmendFact,
  provider: FeedId,
  web: string | null,
): string {
  const facts: string[] = []
  if (before.plan !== after.plan && plan === after.plan)
    facts.push(`it has the plan **${plan}** now instead of ${before.plan}: ${sizeText(size)}`)
  if (!before.web && after.web)
    facts.push(
      isOn
        ? `its web pages are on${web === null ? '' : `, at ${web}`}`
        : 'its web pages were to be on, but it did not come up with them, so they are off',
    )
  if (before.web && !after.web) facts.push('its web pages are off')
  const added = after.owners.filter((id) => !before.owners.includes(id))
  const gone = before.owners.filter((id) => !after.owners.includes(id))
  if (added.length > 0)
    facts.push(`${listed(added.map(person))} ${added.length === 1 ? 'is an owner' : 'are owners'} of it now`)
  if (gone.length > 0)
    facts.push(
      `${listed(gone.map(person))} ${gone.length === 1 ? 'is no owner' : 'are no owners'} of it any more`,
    )
  const text = `**${name}** was changed by ${who(by, provider)}: ${facts.length === 0 ? 'it is as it was before again' : listed(facts)}.`
  if (added.length + gone.length === 0) return `${text} Its data, address and invites are as they were.`
  const mine =
    owners.length === 1
      ? `It is yours alone now.`
      : `Its owners are ${listed(owners.map(person))}, and this is the thread for all of you; each of you can command it.`
  return `${text} ${mine} \`help\` says how.`
}

/** To the owners of a pub that an operator has made for them. `invite` null: it could not be made. */
export function commissionNotice(
  { name, owners, plan, size }: PubMessage,
  by: FeedId,
  provider: FeedId,
  address: string,
  invite: { code: string; uses: number } | null,
): string {
  const yours = owners.length === 1 ? 'It is yours' : `It belongs to ${listed(owners.map(person))} together`
  const head = `**${name}**, a pub, is up at ${address}. ${capital(who(by, provider))} has made it for you, as a gift, with the plan **${plan}**: ${sizeText(size)}. ${yours}: command it by private messages to me, here or in a thread of your own; \`help\` says how.`
  const body =
    invite === null ? `\`invite ${name}\` gets you an invite to it.` : inviteText(invite.code, invite.uses)
  return `${head}\n\n${body}`
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

/** To the owners of a pub that an operator has ended. */
export function endNotice({ name }: PubMessage, by: FeedId, until: Millis, provider: FeedId): string {
  return `**${name}** was ended by ${who(by, provider)}: it is off, and its invites work no more. Its data is kept until ${when(until)} and then removed. ${takeAllAway(name)}`
}

/** To who is an owner no more, alone. */
export function amendEnd(name: string, by: FeedId, provider: FeedId): string {
  return `You are no owner of **${name}** any more, by the word of ${who(by, provider)}. You can't command it, and get no more messages about it from me. If you are a member of the pub, you are one still.`
}
