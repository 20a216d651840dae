/** State → text for people. Foreign text never reaches the terminal with its control characters. */
import type { FeedId } from '../protocol/ids'
import type { HubView, PubView } from '../protocol/rpc'
import type { FleetPubView } from '../protocol/rpc-desk'
import type { LeaseView } from '../protocol/rpc-fleet'
import { bytesText, durationText } from '../protocol/units'
import { withOpenCommands } from './blob-links'
import { inviteCodesIn } from './invite-code'
import { inOrder, type Letter } from './letters'

/** Colours, or nothing where the output is no terminal. */
export interface Paint {
  bold(text: string): string
  dim(text: string): string
  good(text: string): string
  bad(text: string): string
}

const paintWith = (on: boolean, code: number, end: number) => (text: string) =>
  on ? `\u001b[${code}m${text}\u001b[${end}m` : text

/** Paint that colours, or leaves text as it is. */
export function paint(on: boolean): Paint {
  return {
    bold: paintWith(on, 1, 22),
    dim: paintWith(on, 2, 22),
    good: paintWith(on, 32, 39),
    bad: paintWith(on, 31, 39),
  }
}

/** Line breaks stay; every other control, format or direction character becomes a space. */
export function harmless(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\n]/gu, (one) => (/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/u.test(one) ? ' ' : one))
}

/** A block of code: what stands in it is shown as it is. */
const CODE_BLOCK = /^```\w*\n([\s\S]*?)^```$/gm

/** Markdown as a terminal shows it: no marks, links as their label, those to encrypted files with how to open them. */
export function plainOf(markdown: string): string {
  const text = harmless(markdown)
  let plain = ''
  let end = 0
  for (const block of text.matchAll(CODE_BLOCK)) {
    plain += `${plainProse(text.slice(end, block.index))}${block[1] ?? ''}`
    end = block.index + block[0].length
    // The line that only held the fence goes with it.
    if (text[end] === '\n') end += 1
  }
  return plain + plainProse(text.slice(end))
}

function plainProse(prose: string): string {
  return withOpenCommands(prose)
    .replace(/!\[([^\][]{0,300})\]\([^)\s]{0,500}\)/g, 'Picture, for clients that show some: $1')
    .replace(/\[([^\][]{0,300})\]\([^)\s]{0,500}\)/g, '$1')
    .replace(/^```\w*\n/gm, '')
    .replace(/^```(?:\n|$)/gm, '')
    .replace(/\*\*([^*\n]{1,300})\*\*/g, '$1')
    .replace(/`([^`\n]{1,2000})`/g, '$1')
}

/** Breaks lines at spaces; a word longer than the width, an invite for one, stays in one piece to be copied. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    let line = ''
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + 1 + word.length > width) {
        lines.push(line)
        line = word
      } else line = line === '' ? word : `${line} ${word}`
    }
    lines.push(line)
  }
  return lines
}

/** Wrapped and moved in. */
export function indented(text: string, width: number, by = '    '): string {
  return wrap(text, Math.max(20, width - by.length))
    .map((line) => (line === '' ? '' : `${by}${line}`))
    .join('\n')
}

export interface ConversationView {
  owner: FeedId
  names: { owner: string; provider: string }
  width: number
  paint: Paint
}

/** The letters as the owner reads them: who, and what they wrote. */
export function conversationText(letters: Letter[], view: ConversationView): string {
  return inOrder(letters)
    .map((letter) => {
      const mine = letter.author === view.owner
      const name = harmless(mine ? view.names.owner : view.names.provider)
      const lines = indented(plainOf(letter.text).trim(), view.width).split('\n')
      // What is to be copied shall be found at a glance.
      const shown = lines.map((line) => (inviteCodesIn(line).length > 0 ? view.paint.good(line) : line))
      return `${view.paint.bold(name)}\n${shown.join('\n')}`
    })
    .join('\n\n')
}

/** A table with a heading; columns are as wide as their widest cell. */
export function table(heading: string[], rows: string[][]): string {
  const all = [heading, ...rows].map((row) => row.map((cell) => harmless(cell).replace(/\n/g, ' ')))
  const widths = heading.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** How long the lease of a hub holds, in a word or three. */
export function leaseText(lease: LeaseView | null | undefined): string {
  if (lease === null || lease === undefined) return '-'
  if (lease.leftMs > 0 && lease.heard) return `${Math.ceil(lease.leftMs / 1000)} s left`
  return lease.leftMs > 0 ? 'not heard yet' : `silent ${durationText(lease.silentMs)}`
}

/** No line wider than the terminal. */
export const fitted = (lines: readonly string[], width: number): string[] =>
  lines.map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line))

/** The operator's table of hubs: a line each, and below it the id. */
export function hubsText(hubs: HubView[], width: number): string {
  if (hubs.length === 0) return 'No hub has joined yet. `buttcloud admin hub-token` prints a token for one.'
  const [heading = '', ...lines] = fitted(
    table(
      ['HUB', 'STATUS', 'THERE', 'LEASE', 'STUCK', 'ENGINE', 'PUBS', 'RESERVED', 'HOST'],
      hubs.map((hub) => [
        hub.label,
        hub.status,
        hub.connected ? 'yes' : 'no',
        leaseText(hub.lease),
        hub.stuck === undefined || hub.stuck === 0 ? '-' : String(hub.stuck),
        hub.engine ?? '-',
        String(hub.pubs),
        `${bytesText(hub.reservedBytes)} of ${bytesText(hub.memoryBytes)}`,
        hub.host ?? '-',
      ]),
    ).split('\n'),
    width,
  )
  return [heading, ...hubs.map(({ hub }, index) => `${lines[index] ?? ''}\n  ${hub}`)].join('\n')
}

/** Ordered is not done yet: it may be up still, above all where its hub is away. */
function whyOf(pub: PubView): string {
  if (pub.suspended && pub.phase !== 'ended')
    return pub.halted == null ? 'suspended: not paid for' : 'suspended by the operator'
  if (pub.phase !== 'ended' && pub.desired === 'up') {
    if (pub.moving != null && pub.phase === 'placed') return 'on its way to another server'
    if (pub.stranded != null) return pub.stranded
  }
  if (pub.desired !== 'down' || pub.phase === 'ended') return pub.reason ?? ''
  return pub.phase === 'up' ? 'its owner wants it stopped' : 'stopped by its owner'
}

/** An owner's table of pubs, as wide as the terminal at most. */
export function ownPubsText(pubs: PubView[], view: { width: number; paint: Paint }): string {
  const live = pubs.filter(({ phase }) => phase !== 'ended')
  if (live.length === 0) return 'You have no pub. Make one with: buttcloud create NAME'
  const lines = table(
    ['PUB', 'STATUS', 'PLAN', 'ADDRESS', 'INVITES', 'WHY'],
    live.map((pub) => [
      ...[pub.name, pub.status, pub.plan, pub.address ?? '-'],
      `${pub.invites.used}/${pub.invites.issued}`,
      whyOf(pub),
    ]),
  ).split('\n')
  const cut = fitted(lines, view.width)
  return [view.paint.bold(cut[0] ?? ''), ...cut.slice(1)].join('\n')
}

/** What is the operator's to mend. */
function troubleOf({ stuck, neverUp }: Pick<FleetPubView, 'stuck' | 'neverUp'>): string | null {
  if (stuck != null) return `stuck: ${stuck}`
  return neverUp == null ? null : `never came up: ${neverUp.why}`
}

/** The operator's table of pubs; owners by the beginning of their ids, which `admin owners` and --json have whole. */
export function pubsText(pubs: (PubView & Pick<FleetPubView, 'stuck' | 'neverUp'>)[], width: number): string {
  if (pubs.length === 0) return 'There are no pubs yet.'
  const rows = pubs.map((pub) => [
    pub.name,
    pub.status,
    pub.phase,
    pub.address ?? `port ${pub.port}`,
    `${pub.invites.used}/${pub.invites.issued}`,
    `${pub.owners[0]?.slice(0, 9) ?? '-'}${pub.owners.length > 1 ? ` +${pub.owners.length - 1}` : ''}`,
    troubleOf(pub) ?? whyOf(pub),
  ])
  const lines = table(['PUB', 'STATUS', 'PHASE', 'ADDRESS', 'INVITES', 'OWNER', 'WHY'], rows).split('\n')
  return fitted(lines, width).join('\n')
}
