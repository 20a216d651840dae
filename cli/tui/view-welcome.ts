/** The first run: who welcomes, what is asked, and how far it is. */
import { durationText } from '../../protocol/units'
import { plainOf } from '../render'
import type { KeyHint, Room, View } from './frame'
import { broken, columns, lineTarget, type Part, paragraphs, part, rowOf, span, stacked } from './lay'
import { lineWindow } from './line'
import type { Line, Model } from './model'
import type { Welcome } from './model-welcome'
import { progressWords } from './reading'
import type { Row } from './screen'
import { createText, nameFault } from './update-welcome'

const WIDTH_MAX = 76
const PLAN_WIDTH = 16
const ENTER = (label: string): KeyHint => ({ key: 'enter', label })

export function viewWelcome(model: Model, screen: Welcome, room: Room): View {
  const width = Math.min(room.width, WIDTH_MAX)
  const path = ['welcome']
  switch (screen.step) {
    case 'invite':
    case 'joining':
      return { path, body: inviteBody(model, screen, width), keys: inviteKeys(model, screen) }
    case 'pub':
      return {
        path,
        body: pubBody(model, screen, width),
        keys: [
          ENTER('ask for it'),
          { key: '↑↓', label: 'plan', name: 'down' },
          { key: 'esc', label: 'later', name: 'escape' },
        ],
      }
    case 'making':
      return {
        path,
        body: makingBody(model, screen, width),
        keys: [{ key: 'esc', label: 'go on meanwhile', name: 'escape' }],
      }
  }
}

const words = (text: string, width: number): Part => part([...paragraphs(text, width), rowOf('')])

function inviteBody(model: Model, screen: Welcome, width: number): Part {
  const hello = words(
    'Welcome. A pub of your own is run by a provider, and to speak with one you need its invite: whoever runs it has one for you, or shows it on a page.',
    width,
  )
  const local = model.localProvider
    ? words('A provider is on this machine: with an empty line, Enter joins that one.', width)
    : words('To try everything on this machine instead: buttcloud up', width)
  const state =
    screen.step === 'joining'
      ? part([[span(`${spinner(model)} `, 'accent'), span('Joining …')]])
      : told(screen, width)
  return stacked(hello, typing("The provider's invite", screen.input, width), local, state)
}

const inviteKeys = (model: Model, { step, input }: Welcome): KeyHint[] =>
  step === 'joining'
    ? [{ key: '^c', label: 'quit', name: 'c' }]
    : [ENTER(input.text === '' && model.localProvider ? 'join the one on this machine' : 'join')]

function pubBody(model: Model, screen: Welcome, width: number): Part {
  const plans = model.facts.plans?.value ?? []
  const rows: Row[] = []
  const list: Part = part(rows)
  for (const [index, plan] of plans.entries()) {
    const isChosen = index === screen.selected
    const text = broken(plan.words, width - PLAN_WIDTH - 2)
    for (const [at, line] of text.entries()) {
      list.targets.push(lineTarget(rows.length, width, { kind: 'select', index }))
      rows.push(
        columns([
          [[span(isChosen && at === 0 ? '› ' : '  ', 'accent')], 2],
          [rowOf(at === 0 ? plan.name : '', isChosen ? 'strong' : 'plain'), PLAN_WIDTH],
          [rowOf(line, isChosen ? 'plain' : 'quiet'), width - PLAN_WIDTH - 2],
        ]),
      )
    }
  }
  if (plans.length > 0) rows.push(rowOf(''))
  const text = createText(model, screen)
  const sends: Row =
    text === null
      ? rowOf(screen.input.text === '' ? '' : nameFault(screen), 'warn')
      : [span('sends: ', 'quiet'), span(text, 'accent')]
  return stacked(
    words('You have joined. Now a pub of your own: give it a name, one word.', width),
    typing('Its name', screen.input, width),
    list,
    part([sends, rowOf('')]),
    told(screen, width),
  )
}

function makingBody(model: Model, screen: Welcome, width: number): Part {
  const request = model.requests.find(({ id }) => id === screen.request)
  if (request === undefined) return words('…', width)
  const { received } = request.answered
  const passed = durationText(model.now - request.begunAt)
  const head: Row = [
    span(`${spinner(model)} `, 'accent'),
    span(progressWords(model, request), 'strong'),
    span(`  ${passed}`, 'quiet'),
  ]
  const said = received === null ? part([]) : words(plainOf(received.text).trim(), width)
  const wait =
    model.connection.state === 'away'
      ? 'The provider is out of reach. Your message waits on your feed and goes out by itself.'
      : 'It usually takes a few seconds. The invite to it comes here.'
  return stacked(
    part([[span('> ', 'quiet'), span(request.text, 'accent')], rowOf(''), head, rowOf('')]),
    said,
    words(wait, width),
    screen.shown === null
      ? part([])
      : words('Waiting until it is paid; the link stays valid meanwhile.', width),
  )
}

const told = ({ problem }: Welcome, width: number): Part =>
  part(problem === null ? [] : paragraphs(problem, width, 'bad'))

function typing(label: string, line: Line, width: number): Part {
  const shown = lineWindow(line, width - 2)
  return {
    rows: [rowOf(label, 'strong'), [span('> ', 'accent'), span(shown.text)], rowOf('')],
    targets: [],
    cursor: { x: 2 + shown.cursor, y: 1 },
  }
}

const FRAMES = ['◐', '◓', '◑', '◒']
const ASCII_FRAMES = ['|', '/', '-', '\\']
const FRAME_MS = 1_000

function spinner({ now, unicode }: Model): string {
  const frames = unicode ? FRAMES : ASCII_FRAMES
  return frames[Math.floor(now / FRAME_MS) % frames.length] ?? ''
}
