/** One hub, one pub, one owner: what is known of each, and the list under it. */
import type { HubRoomView } from '../../../protocol/rpc-desk'
import { bytesText, durationText } from '../../../protocol/units'
import { leaseText, plainOf } from '../../render'
import { ageText } from '../age'
import { bar } from '../chart'
import type { KeyHint, Room, View } from '../frame'
import { columns, paragraphs, part, rowOf, span, stacked } from '../lay'
import { incidentWords } from '../reading'
import type { Row } from '../screen'
import { blocksOf, nothing } from './blocks'
import { storyOf } from './items'
import type { AdminModel, AdminScreen } from './model'
import {
  grantsOf,
  hubOf,
  incidentsOf,
  labelOf,
  moneyOf,
  moneyWords,
  phaseTone,
  pubOf,
  shortFeed,
} from './reading'
import { hubState, listed, shareTone } from './rows'

type Of<Kind extends AdminScreen['kind']> = Extract<AdminScreen, { kind: Kind }>

const BACK: KeyHint = { key: 'esc', label: 'back', name: 'escape' }
const KEYS: KeyHint[] = [
  { key: 'enter', label: 'open' },
  { key: 'a', label: 'actions' },
  { key: 'y', label: 'copy' },
  { key: 'r', label: 'ask again' },
  BACK,
  { key: '?', label: 'help' },
]

function under(
  model: AdminModel,
  screen: AdminScreen,
  above: Row[],
  room: Room,
  empty: string,
): View['body'] {
  const top = part([...above, rowOf('')])
  const rest = { width: room.width, height: Math.max(1, room.height - top.rows.length) }
  const list = blocksOf(model, screen, rest)
  if (list.blocks.length === 0) return stacked(top, part([nothing(empty)]))
  return stacked(top, listed(list, screen.selected, rest))
}

const LABEL = 11

function labelled(label: string, row: Row, width: number): Row {
  return columns([
    [rowOf(label, 'quiet'), LABEL],
    [row, Math.max(0, width - LABEL)],
  ])
}

export function viewHub(model: AdminModel, screen: Of<'hub'>, room: Room): View {
  const hub = hubOf(model.fleet, screen.hub)
  if (hub === null) return gone('a hub', 'It is not known here any more.')
  const { width } = room
  const state = hubState(hub, model.now)
  const share = hub.memoryBytes === 0 ? 0 : hub.reservedBytes / hub.memoryBytes
  const disk = hub.diskBytes === 0 ? 0 : hub.promisedDiskBytes / hub.diskBytes
  const drawn = (value: number, used: number, all: number, word: string): Row => {
    const { full, rest } = bar(value, Math.min(60, width - LABEL - 36), model.unicode)
    return [
      span(full, shareTone(value)),
      span(rest, 'quiet'),
      span(`  ${bytesText(used)} of ${bytesText(all)} ${word}`),
    ]
  }
  const fits = hub.room.map(({ plan, count }) => `${count} ${plan}`).join(', ')
  const where: Row = [span(state.text, state.tone)]
  if (!hub.connected && hub.status !== 'admitted') where.push(span(`   ${hub.status}`, 'warn'))
  where.push(span(`   ${hub.host ?? 'no host yet'}   ${hub.engine ?? 'no engine'}`))
  const above = [
    where,
    labelled('memory', drawn(share, hub.reservedBytes, hub.memoryBytes, 'reserved'), width),
    labelled('disk', drawn(disk, hub.promisedDiskBytes, hub.diskBytes, 'promised'), width),
    labelled('more fit', rowOf(fits === '' ? '-' : `${fits} (each alone)`), width),
    ...leaseRows(hub, width),
    labelled('feed', rowOf(hub.hub, 'quiet'), width),
  ]
  const body = under(model, screen, above, room, 'There are no pubs on it.')
  return { path: ['hub', hub.label], body, keys: KEYS }
}

/** Nothing from an older provider. */
function leaseRows({ lease, stuck = 0 }: HubRoomView, width: number): Row[] {
  if (lease == null) return []
  const row: Row = [span(leaseText(lease), lease.leftMs > 0 ? 'plain' : 'bad')]
  if (stuck > 0) row.push(span(`   ${stuck} of its pubs should be elsewhere`, 'bad'))
  return [labelled('lease', row, width)]
}

const gone = (what: string, text: string): View => ({
  path: [what],
  body: part([rowOf(text, 'quiet')]),
  keys: [BACK],
})

export function viewPub(model: AdminModel, screen: Of<'pub'>, room: Room): View {
  const { fleet } = model
  const pub = pubOf(fleet, screen.pub)
  if (pub === null) return gone('a pub', 'It is not known here any more.')
  const { width } = room
  const first: Row = [
    span(pub.phase, phaseTone(pub)),
    span(`   ${pub.plan}   on ${labelOf(fleet, pub.hub)}   ${bytesText(pub.reservedBytes)} reserved`),
    span(pub.version === null ? '' : `   ${pub.version}`, 'quiet'),
  ]
  if (pub.desired === 'down' && pub.phase !== 'ended')
    first.push(span('   its owners want it stopped', 'quiet'))
  if (pub.stuck != null) first.push(span(`   stuck: ${plainOf(pub.stuck)}`, 'bad'))
  else if (pub.moving != null)
    first.push(span(`   on its way there, placed ${ageText(pub.moving.since, model.now)}`, 'warn'))
  if (pub.neverUp != null) first.push(span(`   never came up: ${plainOf(pub.neverUp.why)}`, 'warn'))
  if (pub.reason !== null) first.push(span(`   ${pub.reason}`, 'warn'))
  const above = [
    first,
    labelled(
      'address',
      [
        span(pub.address ?? 'none yet'),
        span(pub.web === null ? '' : `   ${pub.web}`, 'quiet'),
        span(`   asked for ${ageText(pub.createdAt, model.now)}`, 'quiet'),
      ],
      width,
    ),
    labelled('money', moneyRow(model, screen), width),
    labelled('invites', rowOf(`${pub.invites.issued} made, ${pub.invites.used} used`), width),
    ...incidentRows(model, screen, room),
  ]
  return {
    path: ['pub', pub.name],
    body: under(model, screen, above, room, waitsForStory(model, screen.pub)),
    keys: KEYS,
  }
}

function moneyRow({ fleet, now }: AdminModel, { pub }: Of<'pub'>): Row {
  const money = moneyOf(fleet, pub)
  const { text, tone } = moneyWords(fleet, pub)
  const row: Row = [span(text, tone)]
  if (money === null) return row
  if (money.reason !== null && money.dues !== null) row.push(span(` (${money.reason})`, tone))
  if (money.dues !== null) {
    const day = (at: number): string => new Date(at).toISOString().slice(0, 10)
    row.push(span(`   stops ${day(money.dues.suspendAt)}, ends ${day(money.dues.endAt)}`))
  } else if (money.until !== null && money.until > now)
    row.push(span(` for ${durationText(money.until - now)} more`, 'quiet'))
  if (money.waits !== null) row.push(span(`   waits for ${money.waits}`, 'warn'))
  if (money.subscription !== null) row.push(span(`   ${money.subscription} (${money.status})`, 'quiet'))
  if (grantsOf(fleet, pub).length > 0) row.push(span('   given', 'quiet'))
  return row
}

/** On a small window the story needs the room more. */
function incidentRows({ fleet, now }: AdminModel, { pub }: Of<'pub'>, { width, height }: Room): Row[] {
  const count = height < 25 ? 1 : 4
  const incidents = incidentsOf(fleet, pub).slice(0, count)
  if (incidents.length === 0) return [labelled('incidents', rowOf('none that is remembered', 'quiet'), width)]
  return incidents.map(({ kind, begunAt, overAt, reason }, index) => {
    const lasted = overAt === null ? 'not over' : `for ${durationText(overAt - begunAt)}`
    const why = reason === null ? '' : `: ${reason}`
    return labelled(
      index === 0 ? 'incidents' : '',
      [
        span(`${ageText(begunAt, now)}, ${lasted}  `, 'quiet'),
        span(`${incidentWords(kind)}${why}`, overAt === null ? 'bad' : 'plain'),
      ],
      width,
    )
  })
}

function waitsForStory(model: AdminModel, about: string): string {
  const story = storyOf(model, about)
  if (story !== null) return 'Nothing on the feeds is about it.'
  return model.connection.state === 'live'
    ? 'The story is being read from the feeds …'
    : 'Its story can be read when the provider answers; r asks for it.'
}

export function viewOwner(model: AdminModel, screen: Of<'owner'>, room: Room): View {
  const { fleet } = model
  const { owner } = screen
  const pubs = (fleet.pubs?.value ?? []).filter(({ owners }) => owners.includes(owner))
  const live = pubs.filter(({ phase }) => phase !== 'ended')
  const given = grantsOf(fleet, owner)
  const owing = live.filter(({ pub }) => moneyWords(fleet, pub).tone !== 'quiet').length
  const words: Row = [
    span(`${live.length} ${live.length === 1 ? 'pub' : 'pubs'}`),
    span(pubs.length > live.length ? `, ${pubs.length - live.length} ended` : '', 'quiet'),
    span(owing === 0 ? '' : `   ${owing} not paid for`, 'warn'),
    span(given.length === 0 ? '' : '   all of them are given'),
  ]
  const above = [...paragraphs(owner, room.width, 'quiet'), words]
  return {
    path: ['owner', shortFeed(owner)],
    body: under(model, screen, above, room, waitsForStory(model, owner)),
    keys: KEYS,
  }
}
