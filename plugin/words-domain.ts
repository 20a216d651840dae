/** What owners are told of domains of their own. Facts in, sentences out; what is to be entered somewhere stands alone in backquotes. */
import type { PubMessage } from '../protocol/messages/pub'
import { targetOf } from './dns-plan'
import { type Found, proofName, proofText } from './own-lookup'

/** A pub by what it is commanded by, the domain that is asked for, and its name for life. */
export interface Named {
  name: string
  own: string
  host: string
}

export const domainWords = {
  none: (name: string, host: string | null, isNamed: boolean): string =>
    host === null
      ? `**${name}** has no domain of yours, and no name of its own that one could lead to. Whoever runs this provider can give it one: ${giveName(name, isNamed)}.`
      : `**${name}** has no domain of yours; it is reached by \`${host}\`. \`domain ${name} social.example.net\`, with a name of yours, says what to do for one.`,
  noHost: (name: string, isNamed: boolean): string =>
    `**${name}** has no name of its own here that a domain could lead to, so it can't have one yet. Ask whoever runs this provider: ${giveName(name, isNamed)}. Nothing was changed.`,
  offFirst: (name: string, own: string, wanted: string): string =>
    `**${name}** is reached by \`${own}\` now, and can have one such domain. \`domain ${name} off\` takes it away; then send \`domain ${name} ${wanted}\`. Nothing was changed.`,
  ours: (wanted: string): string =>
    `\`${wanted}\` belongs to this provider and its servers. Say a name of a domain of your own. Nothing was changed.`,
  taken: (wanted: string): string =>
    `\`${wanted}\` leads to another pub here. Its owner can take it away with \`domain NAME off\`; or have its record lead elsewhere, and a week later it is free. Nothing was changed.`,
  takenMeanwhile: (own: string): string => `\`${own}\` leads to another pub here as well`,
  tooMany: (count: number): string =>
    `${count} domains of your pubs do not lead here yet. When one of them does, or after \`domain NAME off\`, ask for the next. Nothing was changed.`,
  proven: (name: string, own: string, host: string, found: Found | null): string => {
    const doubt =
      found?.kind === 'elsewhere'
        ? ` When I last looked, that was not so: ${found.what}. After a week of that it is reached by \`${host}\` alone; ${RECORD(own, host)}.`
        : ''
    return `**${name}** is reached by \`${own}\`, and by \`${host}\` still.${doubt} \`domain ${name} off\` takes your domain away.`
  },
  pending: (
    { name, own, host }: Named,
    { found, hub }: { found: Found | null; hub: string | null },
  ): string => {
    const address = hub === null ? null : targetOf(hub)
    const direct =
      address === null || address.type === 'CNAME'
        ? `* the addresses of \`${host}\`, as \`A\` and \`AAAA\` (or one \`ALIAS\` to that name, where there is such a thing)`
        : `* type \`${address.type}\`, name \`${own}\`, value \`${address.value}\``
    const last = found === null || found.kind === 'here' ? [] : ['', `When I last looked: ${whatOf(found)}.`]
    return [
      `**${name}** shall be reached by \`${own}\`. Where you manage that domain, among its DNS records, enter this one:`,
      '',
      `* type \`CNAME\`, name \`${own}\`, value (or target) \`${host}\``,
      '',
      `Many forms want as the name only what stands before the domain that you have: \`social\` for social.example.net. Another record of that name, like \`A\`, has to go.`,
      '',
      'Only where it is that domain itself, which can have no CNAME, enter these two instead:',
      '',
      direct,
      `* type \`TXT\`, name \`${proofName(own)}\`, value \`${proofText(host)}\``,
      '',
      `I look every minute now, later more seldom, and tell you when it leads here; after three days without I give up. \`domain ${name}\` says how it is, \`domain ${name} off\` takes it back. Until then it is reached by \`${host}\`, which works for ever.`,
      ...last,
    ].join('\n')
  },
  off: ({ name, own, host }: PubMessage): string =>
    own?.proven === true
      ? `**${name}** is reached by \`${host}\` alone from now on. You'll get its invites with that address; take the record of \`${own.name}\` away where you entered it.`
      : `**${name}** is reached by \`${host}\`, as before; I don't look for \`${own?.name}\` any more. If you entered a record for it, take it away.`,
  givenUp: (name: string, own: string, why: string | null): string =>
    `For three days \`${own}\` has not led to **${name}**, so I stopped looking${why === null ? '' : `: ${why}`}. Nothing else has changed. \`domain ${name} ${own}\` says once more what to enter, and begins anew.`,
  ledElsewhere: ({ name, own, host }: Named, why: string | null): string =>
    `For a day \`${own}\` has not led to **${name}** any more${why === null ? '' : `: ${why}`}. People who know it by that name can't reach it; by \`${host}\` they can. If that is not meant so, ${RECORD(own, host)}. If it stays so for six days more, the pub is reached by \`${host}\` alone, and you get its invites with that address.`,
} as const

/** What an operator does for a pub without a name for life. `isNamed`: new pubs get one. */
const giveName = (name: string, isNamed: boolean): string =>
  `${isNamed ? '' : 'they set `domain` in their config.json, and then '}\`buttcloud admin host ${name}\` gives it a name`

const RECORD = (own: string, host: string): string =>
  `its record is type \`CNAME\`, name \`${own}\`, value \`${host}\``

function whatOf(found: Exclude<Found, { kind: 'here' }>): string {
  return found.kind === 'elsewhere' ? found.what : found.why
}
