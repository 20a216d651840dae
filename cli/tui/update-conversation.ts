/** Keys on the conversation: a line to type, with history and completion; letters to scroll through. */
import { type Letter, ownQuestion, questionOfOthers } from '../letters'
import { commonStart, completionOf, type KnownNames } from './complete'
import { withTyped } from './history'
import { lineOf, typed } from './line'
import type { Key } from './message'
import { EMPTY_LINE, type Line, type Model } from './model'
import type { Conversation } from './model-conversation'
import { shownPubs } from './reading'
import { threadWindow } from './thread-rows'
import { type Understood, understood } from './understood'
import { popped, saying, still, telling, type Updated, withTop } from './updated'

const PAGE_ROWS = 10
const WHEEL_ROWS = 3
/** What the frame and the line take; a few rows more or less only move the end of the scrolling. */
const AROUND = { columns: 4, rows: 8 }

/** No further than to the first letter, so that the way back is as long as the way there. */
function reachable(model: Model, scroll: number): number {
  const { width, height } = model.size
  const room = { width: Math.max(1, width - AROUND.columns), height: Math.max(1, height - AROUND.rows) }
  return threadWindow(model, room, Math.max(0, scroll)).scroll
}

export function updateConversation(model: Model, screen: Conversation, key: Key): Updated {
  const to = (change: Partial<Conversation>): Updated => still(withTop(model, { ...screen, ...change }))
  const scrolled = (by: number): Updated => to({ scroll: reachable(model, screen.scroll + by) })
  if (key.ctrl && key.name === 'up') return scrolled(WHEEL_ROWS)
  if (key.ctrl && key.name === 'down') return scrolled(-WHEEL_ROWS)
  switch (key.name) {
    case 'escape':
      if (screen.offer !== null || screen.doubted !== null) return to({ offer: null, doubted: null })
      return still(popped(model))
    case 'pageup':
      return scrolled(PAGE_ROWS)
    case 'pagedown':
      return scrolled(-PAGE_ROWS)
    case 'up':
      return to(older(model, screen))
    case 'down':
      return to(newer(model, screen))
    case 'tab':
      return to(completed(model, screen, key.shift ? -1 : 1))
    case 'enter':
      return sent(model, screen)
  }
  const choice = chosenReading(screen, key)
  if (choice !== null) return to({ input: lineOf(choice), doubted: null, offer: null })
  const input = typed(screen.input, key)
  if (input === null) return still(model)
  return to({ input, offer: null, ...(input.text === screen.input.text ? {} : { at: null, doubted: null }) })
}

/** While the provider's doubt is shown, a digit takes the reading with that number. */
function chosenReading({ doubted, input }: Conversation, { name, ctrl, meta }: Key): string | null {
  if (doubted === null || doubted !== input.text || ctrl || meta || !/^[1-9]$/.test(name)) return null
  const read = understood(input.text)
  return read.kind === 'doubt' ? (read.readings[Number(name) - 1] ?? null) : null
}

function older({ typed: lines }: Model, screen: Conversation): Partial<Conversation> {
  const at = screen.at === null ? lines.length - 1 : screen.at - 1
  const line = lines[at]
  if (line === undefined) return {}
  const draft = screen.at === null ? screen.input : screen.draft
  return { at, draft, input: lineOf(line), offer: null, doubted: null }
}

function newer({ typed: lines }: Model, screen: Conversation): Partial<Conversation> {
  if (screen.at === null) return {}
  const line = lines[screen.at + 1]
  return line === undefined
    ? { at: null, input: screen.draft, draft: EMPTY_LINE, offer: null, doubted: null }
    : { at: screen.at + 1, input: lineOf(line), offer: null, doubted: null }
}

/** Tab writes what all options have in common; pressed again it goes through them. */
function completed(model: Model, screen: Conversation, by: 1 | -1): Partial<Conversation> {
  const { offer, input } = screen
  if (offer !== null && offer.options.length > 1) {
    const count = offer.options.length
    const at = offer.at === -1 && by === -1 ? count - 1 : (offer.at + by + count) % count
    return { offer: { ...offer, at }, input: withWord(input, offer.from, offer.options[at] ?? ''), at: null }
  }
  // Only at the end of the line: in its middle nobody knows what follows.
  if (input.cursor !== lineOf(input.text).cursor) return {}
  const { from, options } = completionOf(input.text, knownNames(model))
  const [only] = options
  if (only === undefined) return { offer: { from, options: [], at: -1 } }
  if (options.length === 1) return { input: withWord(input, from, `${only} `), offer: null, at: null }
  const common = commonStart(options)
  const begun = input.text.slice(from)
  const word = common.length > begun.length ? common : begun
  return { offer: { from, options, at: -1 }, input: withWord(input, from, word), at: null }
}

const withWord = (input: Line, from: number, word: string): Line => lineOf(input.text.slice(0, from) + word)

/** What commands can name. */
function knownNames({ facts }: Model): KnownNames {
  const pubs = shownPubs(facts)
  return {
    pubs: pubs.map(({ view }) => view.value.name),
    plans: facts.plans?.value.map(({ name }) => name) ?? [],
    invites: pubs.flatMap(({ invites }) =>
      (invites?.value ?? []).filter(({ status }) => status === 'open').map(({ id }) => id),
    ),
  }
}

function sent(model: Model, screen: Conversation): Updated {
  const text = screen.input.text.trim()
  const read = understood(text)
  if (read.kind === 'nothing') return still(model)
  if (isDoubtful(read) && screen.doubted !== screen.input.text)
    return still(withTop(model, { ...screen, doubted: screen.input.text, offer: null }))
  const line = {
    ...screen,
    input: EMPTY_LINE,
    draft: EMPTY_LINE,
    at: null,
    doubted: null,
    offer: null,
    scroll: 0,
  }
  const kept = { ...model, typed: [...withTyped(model.typed, text)] }
  if (read.kind === 'direct')
    return still(telling(withTop(kept, line), 'Handed over without a message …'), {
      kind: 'email',
      set: read.set,
    })
  const question = answers(model, read)
  if (read.kind === 'clear' && isWord(read) && question === null)
    return still(telling(model, 'There is no open question that you could answer, so nothing was sent.'))
  const thread = question?.key ?? 'newest'
  const said = saying(kept, { text, pub: null, thread })
  return still(withTop(said.model, line), ...said.effects, { kind: 'typed', line: text })
}

const isDoubtful = (read: Understood): boolean => read.kind === 'doubt'
const isWord = (read: Extract<Understood, { kind: 'clear' }>): boolean =>
  read.command.kind === 'yes' || read.command.kind === 'no'

/** The question that a yes or no is meant for: what its writer asked for themselves comes first. */
export function answers({ letters, facts, now }: Model, read: Understood): Letter | null {
  if (read.kind !== 'clear' || !isWord(read) || facts.owner === null) return null
  return ownQuestion(letters, facts.owner, now) ?? questionOfOthers(letters, facts.owner, now)
}
