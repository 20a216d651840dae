/** How a pub is: figures, charts of what it takes and moves, and what befell it. */
import type { LiveFigures, Samples } from '../../protocol/figures'
import { bytesText, durationText, percentText } from '../../protocol/units'
import { plainOf } from '../render'
import { ageText, oldAge } from './age'
import { area, bar, highest, type Values } from './chart'
import type { Room } from './frame'
import { apart, blank, columns, type Part, paragraphs, part, rowOf, span, stacked } from './lay'
import { LIVE_ITEMS_MAX, type Model, type PubFacts, type PubScreen } from './model'
import { incidentLetters, incidentWords, momentOf } from './reading'
import type { Row, Target, Tone } from './screen'
import { TIME_KEYS } from './update-pub'
import { bytesOr, summed } from './view-dashboard'

const LABEL = 12
const BAR = 20
/** A share of memory or disk that deserves a look. */
const MUCH = 0.8
const INCIDENTS_MAX = 8
const GAP = 4
/** So many rows let four charts stand in two lines. */
const TWO_LINES_FROM = 12
const CHART_MAX = 14

export function statusTab(model: Model, screen: PubScreen, known: PubFacts, room: Room): Part {
  const figures = figureRows(model, known, room)
  const all = incidentRows(model, known, room)
  const incidents = all.slice(0, Math.max(2, Math.floor(room.height / 4)))
  const width = Math.floor((room.width - GAP) / 2)
  // Blank lines before and after the charts, and the choice of the time above them.
  const height = room.height - figures.length - incidents.length - 3
  const lines = height >= TWO_LINES_FROM ? 2 : 1
  const each = Math.min(CHART_MAX, Math.floor((height - lines + 1) / lines))
  const drawn = chartsOf(screen, known).map((chart) =>
    chartRows(chart, { width, height: Math.max(1, each - 1) }, model.unicode),
  )
  const charts: Row[] = []
  for (let at = 0; at < lines * 2; at += 2) {
    const [left = [], right = []] = drawn.slice(at, at + 2)
    if (at > 0) charts.push(rowOf(''))
    for (const [down, row] of left.entries())
      charts.push(
        columns([
          [row, width],
          [[], GAP],
          [right[down] ?? [], width],
        ]),
      )
  }
  const above = part([...figures, rowOf('')])
  return stacked(above, timeChoice(screen), part([...charts, rowOf(''), ...incidents]))
}

const SPAN_WORDS = { live: 'two minutes', hour: 'hour', day: 'day', month: 'month' } as const

/** Which time the charts cover; each can be clicked. */
function timeChoice(screen: PubScreen): Part {
  const row: Row = [span('the last', 'quiet'), blank(LABEL - 8)]
  const targets: Target[] = []
  let x = LABEL
  for (const time of ['live', 'hour', 'day', 'month'] as const) {
    const words = SPAN_WORDS[time]
    row.push(span(words, time === screen.span ? 'accent' : 'quiet'), blank(3))
    targets.push({ x, y: 0, width: words.length, height: 1, hit: { kind: 'key', name: TIME_KEYS[time] } })
    x += words.length + 3
  }
  return part([row], targets)
}

function figureRows(model: Model, known: PubFacts, room: Room): Row[] {
  const of = known.figures?.value ?? null
  if (of === null) return [rowOf('No figures have come yet.', 'quiet')]
  const since =
    of.measuredSince === null ? '' : `since ${ageText(of.measuredSince, model.now).replace(' ago', '')}`
  const uptime =
    of.startedAt === null || !of.running
      ? 'not running'
      : durationText(momentOf(known, model.now) - of.startedAt)
  const restarts = `${of.restarts} ${of.restarts === 1 ? 'restart' : 'restarts'}`
  const age = known.figures === null ? null : oldAge(known.figures.at, model.now)
  const fact = (label: string, ...row: Row): Row =>
    columns([
      [rowOf(label, 'quiet'), LABEL],
      [row, room.width - LABEL],
    ])
  const live: Partial<LiveFigures> = of
  const perSecond =
    live.inBytesPerSecond == null
      ? ''
      : `${bytesOr(live.inBytesPerSecond)}/s in, ${bytesOr(live.outBytesPerSecond ?? null)}/s out    `
  return [
    fact(
      'uptime',
      span(uptime),
      span(`    ${restarts}`, 'quiet'),
      span(age === null ? '' : `    as it was ${age}`, 'warn'),
    ),
    fact('memory', ...usage(of.memoryBytes, of.memoryMaxBytes, model.unicode)),
    fact('disk', ...usage(of.diskBytes, of.diskMaxBytes, model.unicode)),
    fact(
      'bandwidth',
      span(`${perSecond}${bytesText(of.inBytes)} in, ${bytesText(of.outBytes)} out`),
      span(`  ${since}`, 'quiet'),
    ),
    fact(
      'peers',
      span(of.peers === null ? '-' : `${of.peers} connected`),
      span(of.feeds === null ? '' : `    ${of.feeds} ${of.feeds === 1 ? 'feed' : 'feeds'}`, 'quiet'),
      span(of.cpuShare === null ? '' : `    ${percentText(of.cpuShare)} of a core`, 'quiet'),
    ),
  ]
}

function usage(bytes: number | null, max: number, unicode: boolean): Row {
  if (bytes === null) return [span(`- of ${bytesText(max)}`)]
  const share = max === 0 ? 0 : bytes / max
  const drawn = bar(share, BAR, unicode)
  const tone: Tone = share >= MUCH ? 'warn' : 'accent'
  const words = `${bytesText(bytes)} of ${bytesText(max)}`.padEnd(20)
  return [
    span(words),
    span(drawn.full, tone),
    span(drawn.rest, 'quiet'),
    span(`  ${percentText(share)}`, 'quiet'),
  ]
}

interface Chart {
  label: string
  values: Values
  /** What a value says. */
  text: (value: number) => string
  /** Where the upper edge is at least. */
  top: number
}

function chartsOf({ span: time }: PubScreen, known: PubFacts): Chart[] {
  const samples = time === 'live' ? undefined : known.samples[time]?.value
  const { live } = known
  // What has not been watched yet is a gap, so that a second is as wide as ever.
  const before: Values = new Array<null>(Math.max(0, LIVE_ITEMS_MAX - live.length)).fill(null)
  const perSecond = time === 'live' ? '/s' : ''
  const pick = (
    ofLive: (one: PubFacts['live'][number]) => number | null,
    ofSamples: (all: Samples) => Values,
  ): Values =>
    time === 'live' ? [...before, ...live.map(ofLive)] : samples === undefined ? [] : ofSamples(samples)
  const sumLive = (one: PubFacts['live'][number]): number | null =>
    one.inBytesPerSecond === null ? null : one.inBytesPerSecond + (one.outBytesPerSecond ?? 0)
  return [
    {
      ...{ label: 'memory', text: bytesText, top: 0 },
      values: pick(
        ({ memoryBytes }) => memoryBytes,
        (all) => all.memoryBytes,
      ),
    },
    {
      ...{ label: 'bandwidth', text: (value) => `${bytesText(value)}${perSecond}`, top: 1024 },
      values: pick(sumLive, (all) => summed(all.inBytes, all.outBytes)),
    },
    {
      ...{ label: 'processor', text: percentText, top: 0.05 },
      values: pick(
        ({ cpuShare }) => cpuShare,
        ({ cpuShare }) => cpuShare,
      ),
    },
    {
      ...{ label: 'peers', text: (value) => `${Math.round(value)}`, top: 4 },
      values: pick(
        ({ peers }) => peers,
        ({ peers }) => peers,
      ),
    },
  ]
}

function chartRows(chart: Chart, size: Room, unicode: boolean): Row[] {
  const most = highest(chart.values)
  const head = apart(
    rowOf(chart.label, 'quiet'),
    rowOf(most === null ? 'nothing measured' : `at most ${chart.text(most)}`, 'quiet'),
    size.width,
  )
  // A little air above the highest, so that it can be seen that it is one.
  const max = Math.max(chart.top, (most ?? 0) * 1.1)
  return [head, ...area(chart.values, size, max, unicode).map((line) => rowOf(line, 'accent'))]
}

function incidentRows(model: Model, known: PubFacts, room: Room): Row[] {
  const { lastIncident, pub } = known.view.value
  const letters = incidentLetters(model, pub)
  if (lastIncident === null && letters.length === 0) return [rowOf('No incidents.', 'quiet')]
  const rows: Row[] = [rowOf('incidents', 'quiet')]
  if (lastIncident !== null) {
    const { kind, begunAt, overAt, reason } = lastIncident
    const end = overAt === null ? 'not over' : `over after ${durationText(overAt - begunAt)}`
    rows.push([
      span(ageText(begunAt, model.now).padEnd(LABEL), 'quiet'),
      span(`It ${incidentWords(kind)}`, overAt === null ? 'bad' : 'plain'),
      span(`, ${end}${reason === null ? '' : `: ${reason}`}`, 'quiet'),
    ])
  }
  for (const letter of letters.slice(0, INCIDENTS_MAX)) {
    const [first = rowOf('')] = paragraphs(
      plainOf(letter.text).trim().replace(/\s+/g, ' '),
      room.width - LABEL,
    )
    rows.push([span(ageText(letter.claimedAt, model.now).padEnd(LABEL), 'quiet'), ...first, blank(0)])
  }
  return rows
}
