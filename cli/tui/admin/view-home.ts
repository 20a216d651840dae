/** The first screen: five tabs over the whole fleet. */
import { bytesText } from '../../../protocol/units'
import { ageText, oldAge } from '../age'
import { bar } from '../chart'
import type { KeyHint, Room, View } from '../frame'
import { blank, columns, type Part, paragraphs, part, rowOf, span, stacked } from '../lay'
import { lineWindow } from '../line'
import type { Row, Tone } from '../screen'
import { tabs } from '../tabs'
import { blocksOf, nothing } from './blocks'
import { listedPubs, listingWords } from './listing'
import { type AdminModel, type AdminScreen, type LookName, TABS, type Tab } from './model'
import { countsOf, hubsOf, memoryOf } from './reading'
import { listed, shareTone } from './rows'
import { machineSum } from './rows-machines'

type Home = Extract<AdminScreen, { kind: 'home' }>

const OPEN: KeyHint = { key: 'enter', label: 'open' }
const ACT: KeyHint = { key: 'a', label: 'actions' }
const COPY: KeyHint = { key: 'y', label: 'copy' }
const LAST: KeyHint[] = [
  { key: 'tab', label: 'next' },
  { key: '?', label: 'help' },
  { key: 'q', label: 'quit' },
]
const FILTER: KeyHint = { key: '/', label: 'filter' }

const KEYS: Record<Tab, KeyHint[]> = {
  fleet: [OPEN, ACT, COPY, FILTER, ...LAST],
  pubs: [OPEN, FILTER, { key: 's', label: 'sort' }, { key: 'e', label: 'ended' }, ACT, COPY, ...LAST],
  events: [OPEN, COPY, ...LAST],
  money: [OPEN, ACT, COPY, ...LAST],
  mail: [{ key: 't', label: 'test it' }, ACT, ...LAST],
}
const TYPING: KeyHint[] = [
  { key: 'enter', label: 'keep it' },
  { key: 'esc', label: 'show all', name: 'escape' },
]

export function viewHome(model: AdminModel, screen: Home, room: Room): View {
  const top = stacked(tabs(TABS, screen.tab), part([rowOf('')]), aboveOf(model, screen.tab, room))
  const rest = { width: room.width, height: Math.max(1, room.height - top.rows.length) }
  const list = blocksOf(model, screen, rest)
  const below =
    list.blocks.length === 0
      ? part([nothing(emptyWords(model, screen.tab))])
      : listed(list, screen.selected, rest)
  return {
    path: [],
    body: stacked(top, below),
    keys: model.listing.isTyping ? TYPING : KEYS[screen.tab],
  }
}

function aboveOf(model: AdminModel, tab: Tab, room: Room): Part {
  switch (tab) {
    case 'fleet':
      return part([sumRow(model, room.width), ...machineRow(model, room.width), rowOf('')])
    case 'pubs':
      return filterPart(model, room.width)
    case 'events':
      return part([])
    case 'money':
      return part([...moneyRows(model), rowOf('')])
    case 'mail':
      return part([...mailRows(model, room.width), rowOf('')])
  }
}

/** Nothing where no servers are rented. */
function machineRow(model: AdminModel, width: number): Row[] {
  const row = machineSum(model, width)
  return row === null ? [] : [row]
}

/** How much there is of everything, on one line. */
function sumRow({ fleet, now, unicode }: AdminModel, width: number): Row {
  if (fleet.capacity === null || fleet.pubs === null) return rowOf('')
  const hubs = hubsOf(fleet)
  const away = hubs.filter(({ connected }) => !connected).length
  const { up, trouble, stopped } = countsOf(fleet)
  const { reserved, offered } = memoryOf(fleet)
  const row: Row = [
    span(`${hubs.length} ${hubs.length === 1 ? 'hub' : 'hubs'}`),
    span(away === 0 ? '' : `, ${away} away`, 'bad'),
    blank(3),
    span('up ', 'quiet'),
    span(String(up), up === 0 ? 'quiet' : 'good'),
    blank(2),
    span('not as wanted ', 'quiet'),
    span(String(trouble), trouble === 0 ? 'quiet' : 'bad'),
    blank(2),
    span('stopped ', 'quiet'),
    span(String(stopped), 'quiet'),
  ]
  if (offered > 0 && width >= 108) {
    const { full, rest } = bar(reserved / offered, 20, unicode)
    row.push(blank(3), span(full, shareTone(reserved / offered)), span(rest, 'quiet'))
  }
  if (offered > 0) row.push(span(`   ${bytesText(reserved)} of ${bytesText(offered)}`, 'plain'))
  const age = ageOf(fleet, 'pubs', now)
  if (age !== null && width >= 108) row.push(span(`   as it was ${age}`, 'warn'))
  return row
}

const ageOf = (fleet: AdminModel['fleet'], name: LookName, now: number): string | null => {
  const at = fleet[name]?.at
  return at === undefined ? null : oldAge(at, now)
}

const FILTER_LABEL = 8

function filterPart(model: AdminModel, width: number): Part {
  const { listing, fleet, now } = model
  const shown = listedPubs(model).length
  const all = (fleet.pubs?.value ?? []).filter(({ phase }) => listing.ended || phase !== 'ended').length
  const age = ageOf(fleet, 'pubs', now)
  const words = [`${shown === all ? shown : `${shown} of ${all}`} ${all === 1 ? 'pub' : 'pubs'}`]
  if (listing.isTyping) {
    const line = lineWindow(listing.filter, width - FILTER_LABEL - 16)
    const row = columns([
      [rowOf('filter  ', 'accent'), FILTER_LABEL],
      [rowOf(line.text), width - FILTER_LABEL - 16],
      [rowOf(words.join(''), 'quiet'), 16, 'right'],
    ])
    return { rows: [row, rowOf('')], targets: [], cursor: { x: FILTER_LABEL + line.cursor, y: 0 } }
  }
  const how = listingWords(listing)
  if (how !== '') words.push(how)
  const row: Row = [span(words.join(', '))]
  if (age !== null) row.push(span(`   as it was ${age}`, 'warn'))
  return part([row, rowOf('')])
}

const RIGHTS: Record<string, string> = {
  ...{ 'billing-off': 'without billing', 'free-plan': 'on a free plan', grant: 'given', paid: 'paid' },
  trial: 'in trial',
}

function moneyRows({ fleet, now }: AdminModel): Row[] {
  if (fleet.money === null) return []
  const { billing, clocks, caps, owed, pubs } = fleet.money.value
  const age = ageOf(fleet, 'money', now)
  const old: Row = age === null ? [] : [span(`   as it was ${age}`, 'warn')]
  if (!billing) return [[span('Billing is off: every plan costs nothing.', 'quiet'), ...old]]
  const counts = new Map<string, number>()
  for (const { right } of pubs) if (right !== null) counts.set(right, (counts.get(right) ?? 0) + 1)
  const rights = [...counts].map(([right, count]) => `${count} ${RIGHTS[right] ?? right}`).join(', ')
  const since = owed.since === null ? '' : `, the oldest ${ageText(owed.since, now)}`
  return [
    [span(rights === '' ? 'No pub runs on anything.' : `In order: ${rights}.`), ...old],
    [
      span(
        `Owed to Stripe: ${owed.count} ${owed.count === 1 ? 'call' : 'calls'}${since}`,
        toneOf(owed.count),
      ),
      span(`   clocks: ${clocks.agree} of ${clocks.known} agree`, clocks.agree === 0 ? 'warn' : 'quiet'),
    ],
    [
      span(`Left today: ${caps.suspensions.left} suspensions, ${caps.ends.left} ends`, 'quiet'),
      span(waitWords(caps.suspensions.waiting, caps.ends.waiting), 'warn'),
    ],
  ]
}

const toneOf = (count: number): Tone => (count === 0 ? 'quiet' : 'warn')

function waitWords(suspensions: number, ends: number): string {
  const words: string[] = []
  if (suspensions > 0) words.push(`${suspensions} suspensions`)
  if (ends > 0) words.push(`${ends} ends`)
  return words.length === 0 ? '' : `   for your permit: ${words.join(', ')}`
}

function mailRows({ fleet, now }: AdminModel, width: number): Row[] {
  if (fleet.mail === null) return []
  const { on, server, addresses, waiting, failed, sent } = fleet.mail.value
  if (!on)
    return paragraphs(
      'This provider sends no mail. docs/OPERATORS.md shows what to put into config.json.',
      Math.min(width, 100),
      'quiet',
    )
  return [
    rowOf(
      `By ${server ?? 'nobody'}. ${addresses.owners} owners and ${addresses.payers} payers have an address.`,
    ),
    [
      span(`${waiting.length} waiting`, waiting.length === 0 ? 'quiet' : 'plain'),
      span(`   ${sent} sent within two weeks`, 'quiet'),
      span(`   ${failed.length} not delivered`, failed.length === 0 ? 'quiet' : 'warn'),
      span(`   asked ${ageText(fleet.mail.at, now)}`, 'quiet'),
    ],
  ]
}

function emptyWords({ fleet, listing, connection }: AdminModel, tab: Tab): string {
  const waits =
    connection.state === 'away' ? 'Not known yet: the provider does not answer.' : 'Being asked for …'
  switch (tab) {
    case 'fleet':
      return fleet.capacity === null
        ? waits
        : 'No hub has joined yet. Press a, make a token, and on a server: buttcloud hub --join TOKEN'
    case 'pubs':
      if (fleet.pubs === null) return waits
      return listing.filter.text === '' ? 'There are no pubs yet.' : 'No pub is like that.'
    case 'events':
      return fleet.pubs === null ? waits : 'Nothing has happened yet.'
    case 'money':
      return fleet.money === null ? waits : 'Nobody owes anything, and nothing waits.'
    case 'mail':
      return fleet.mail === null ? waits : fleet.mail.value.on ? 'No mail waits.' : ''
  }
}
