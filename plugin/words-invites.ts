/** What the provider says about invites that were handed out. Facts in, sentences out. */
import type { FeedId, Millis } from '../protocol/ids'
import { ANSWER_BYTES_MAX } from '../protocol/limits'
import type { InviteView } from '../protocol/rpc'
import { jsonBytes } from './look'
import { listed, person } from './words-people'

const day = (at: Millis): string => new Date(at).toISOString().slice(0, 10)
const times = (count: number): string => (count === 1 ? '1 person' : `${count} people`)

/** Who has used an invite, the latest first, as far as there is room. */
function users(used: InviteView['used'], most: number): string {
  const shown = used.slice(-most).reverse()
  const rest = used.length - shown.length
  const names = shown.map(({ member, at }) => `${person(member)} on ${day(at)}`)
  return listed(rest > 0 ? [...names, `${rest} more`] : names)
}

const LEFT: Record<InviteView['status'], (view: InviteView) => string> = {
  open: ({ left, uses }) => (left === uses ? `unused, for ${times(uses)}` : `${left} of ${uses} uses left`),
  'used-up': ({ uses }) => (uses === 1 ? 'used' : `all ${uses} uses taken`),
  'taken-back': ({ left, uses }) =>
    left === uses ? 'taken back unused' : `taken back when ${uses - left} of ${uses} had used it`,
}

function line(view: InviteView, most: number): string {
  const note = view.note === null ? '' : `, “${view.note}”`
  const by = view.used.length === 0 ? '' : `; used by ${users(view.used, most)}`
  return `* \`${view.id}\`: ${LEFT[view.status](view)}, made on ${day(view.madeAt)}${note}${by}`
}

const MEMBERS_SHOWN = [100, 20, 5, 2, 1]

/** The list, newest first; people, and then older invites, are left out where it would not fit one message. */
export function invitesText(name: string, views: InviteView[]): string {
  if (views.length === 0)
    return `No invite to **${name}** has been handed out yet. \`invite ${name}\` makes one.`
  const open = views.filter(({ status }) => status === 'open').length
  const head = `Invites to **${name}**: ${views.length} made, ${open} of them still good. The latest first:`
  const tail =
    open === 0 ? `\`invite ${name}\` makes another one.` : `\`uninvite ${name} ID\` takes one back.`
  for (const most of MEMBERS_SHOWN) {
    const text = [head, '', ...views.map((view) => line(view, most)), '', tail].join('\n')
    if (jsonBytes(text) <= ANSWER_BYTES_MAX) return text
  }
  const lines = views.map((view) => line(view, 1))
  const shortened = (count: number): string =>
    [head, '', ...lines.slice(0, count), `* … and ${views.length - count} older ones.`, '', tail].join('\n')
  let count = 0
  while (count < lines.length && jsonBytes(shortened(count + 1)) <= ANSWER_BYTES_MAX) count += 1
  return shortened(count)
}

function usedBy(members: FeedId[], uses: number): string {
  if (members.length === 0) return 'Nobody had used it.'
  const shown = members.slice(-10).reverse().map(person)
  const rest = members.length - shown.length
  const names = listed(rest > 0 ? [...shown, `${rest} more`] : shown)
  return `${members.length} of ${uses} had used it before: ${names}.`
}

export const inviteWords = {
  unknown: (name: string, id: string): string =>
    `**${name}** has no invite with the id \`${id.replace(/[`\n]/g, ' ')}\`. \`invites ${name}\` lists them.`,
  usedUp: (name: string, { id, uses, used }: InviteView): string =>
    `The invite \`${id}\` to **${name}** is used up, so there is nothing to take back: ${users(used, uses > 10 ? 10 : uses)}. \`block ${name} @feed\` keeps somebody out.`,
  takenBackAlready: (name: string, { id }: InviteView): string =>
    `The invite \`${id}\` to **${name}** has been taken back already.`,
  takenBack: (name: string, id: string, uses: number, members: FeedId[]): string =>
    `The invite \`${id}\` to **${name}** is taken back: nobody gets in with it any more. ${usedBy(members, uses)}`,
  voidAnyway: (name: string, why: string): string =>
    `**${name}** could not strike it off its own list (${why}); that changes nothing, because each use needs my consent, and it does not get it.`,
  voidStopped: (name: string): string =>
    `**${name}** is stopped; it is told before it lets anybody in again.`,
  voidAway: (name: string, label: string): string =>
    `The server of **${name}**, ${label}, is out of reach just now, so the pub itself does not know yet. It can't let anybody in without my consent, and takes the invite off its list when it is back.`,
  voidSilent: (name: string): string =>
    `**${name}** has not confirmed it yet; it can't let anybody in with it all the same, because each use needs my consent.`,
} as const
