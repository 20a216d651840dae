/** Whatever is pressed: nothing breaks, every row fits exactly, and nothing is ended that nobody confirmed. */
import fc from 'fast-check'
import tape from 'tape'
import type { Message } from '../../cli/tui/message'
import type { Model } from '../../cli/tui/model'
import { rowText, rowWidth, screenText } from '../../cli/tui/screen'
import type { Updated } from '../../cli/tui/updated'
import { view } from '../../cli/tui/view'
import { parseCommand } from '../../protocol/command'
import type { PubView } from '../../protocol/rpc'
import {
  answer,
  CODE,
  demoModel,
  keyOf,
  messageKey,
  NOW,
  OWNER,
  pubId,
  pubView,
  then,
} from '../helpers/tui-world'

const KEYS = [
  ...[
    'enter',
    'escape',
    'tab',
    'shift-tab',
    'up',
    'down',
    'left',
    'right',
    'home',
    'end',
    'pageup',
    'pagedown',
  ],
  ...['backspace', 'delete', 'space', ...'abcdefhijklmnoprstuwxyz123?'],
]
/** What a person, or a hostile provider, may write. */
const HOSTILE = [
  '\u001b]0;x\u0007\u202egnp\n\n`',
  '日本語'.repeat(60),
  `z${'\u0301'.repeat(200)}`,
  '👩‍👩‍👧🇳🇿'.repeat(30),
  `${CODE}\n`,
]

const key = fc.constantFrom(...KEYS).map((name): Message => ({ kind: 'key', key: keyOf(name), now: NOW }))
const written = fc
  .oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.constantFrom(...HOSTILE))
  .map((text): Message => ({ kind: 'key', key: { ...keyOf('text'), text }, now: NOW }))
const mouse = fc.record({
  kind: fc.constant('mouse' as const),
  deed: fc.constantFrom('press' as const, 'wheel-up' as const, 'wheel-down' as const),
  ...{ x: fc.nat(210), y: fc.nat(70), now: fc.constant(NOW) },
})
const resize = fc.record({
  kind: fc.constant('resize' as const),
  ...{
    width: fc.integer({ min: 1, max: 200 }),
    height: fc.integer({ min: 1, max: 60 }),
    now: fc.constant(NOW),
  },
})
const question = { kind: 'delete' as const, pub: pubId('alice'), asked: [OWNER], expiresAt: NOW + 3_600_000 }
const fact = fc
  .oneof(
    fc.nat(4).map((request) => ({
      ...{ kind: 'request' as const, request },
      progress: { state: 'written' as const, key: messageKey(`${request}`), sequence: request },
    })),
    fc.tuple(fc.nat(4), fc.constantFrom(...HOSTILE)).map(([request, text]) => ({
      ...{ kind: 'letters' as const },
      letters: [answer(`${request}`, 'asked', text, { question })],
    })),
    fc.constantFrom(...HOSTILE).map((text) => ({
      ...{ kind: 'pubs' as const, at: NOW },
      views: [
        pubView('alice', { reason: text, plan: text, address: text, status: 'down' }),
        pubView('odd', { name: text }),
      ],
    })),
    fc.constant({ kind: 'pubs' as const, at: NOW, views: [] as PubView[] }),
    fc.constant({ kind: 'identity' as const, owner: OWNER, provider: null }),
    fc.constant({
      kind: 'connection' as const,
      connection: { state: 'away' as const, since: NOW, why: HOSTILE[0] ?? '' },
    }),
  )
  .map((one): Message => ({ kind: 'facts', facts: [one], now: NOW }))
/** Ways that single keys at random hardly ever go: to what ends a pub, and to what gives it away. */
const PATHS = [
  ['escape', 'escape', 'escape', 'enter', '1', 'delete', 'enter'],
  ['escape', 'escape', 'escape', 'enter', '1', 'x', 'enter', 'y'],
  ['escape', 'escape', 'escape', 'enter', '1', 'e', 'left', 'enter'],
  ['escape', 'escape', 'escape', 'enter', '1', 'e', 'left', 'left', 'tab', 'enter'],
  ['escape', 'escape', 'escape', 'enter', '3', 'x', 'enter', 'f', 'y'],
  [...'"alice"'].filter((one) => one !== '"'),
  ['enter', 'escape', 'f', 'y', 'y', 'enter'],
]
const path = fc
  .constantFrom(...PATHS)
  .map((names) => names.map((name): Message => ({ kind: 'key', key: keyOf(name), now: NOW })))
const single = fc.oneof({ arbitrary: key, weight: 12 }, written, mouse, fact, {
  arbitrary: resize,
  weight: 1,
})
const messages = fc
  .array(fc.oneof({ arbitrary: single.map((one) => [one]), weight: 5 }, { arbitrary: path, weight: 1 }), {
    maxLength: 60,
  })
  .map((all) => all.flat())

/** Undefined when the picture is right. */
function fault(model: Model): string | undefined {
  const screen = view(model)
  const { width, height } = model.size
  if (screen.rows.length !== height) return `${screen.rows.length} rows of ${height}`
  for (const [at, row] of screen.rows.entries()) {
    if (rowWidth(row) !== width) return `row ${at} has ${rowWidth(row)} columns of ${width}: ${rowText(row)}`
    if (/[\p{Cc}\p{Cf}]/u.test(rowText(row))) return `row ${at} has control characters`
  }
  const { cursor } = screen
  if (cursor !== null && (cursor.x >= width || cursor.y >= height || cursor.x < 0))
    return 'the cursor is outside'
  return undefined
}

const ENDING = new Set(['delete', 'cancel', 'yes'])

/** Undefined where nothing is ended that was not confirmed on the screen before. */
function unconfirmed(before: Model, { effects }: Updated): string | undefined {
  for (const effect of effects) {
    const secret = effect.kind === 'save' && effect.part === 'all'
    if (effect.kind !== 'say' && !secret) continue
    const text = effect.kind === 'say' ? effect.text : ''
    const command = parseCommand(text)
    const { dialog } = before
    if (before.screens.at(-1)?.kind === 'conversation' && dialog === null) continue
    if (dialog?.kind === 'form') {
      const typed = dialog.fields.find(({ id }) => id === 'confirm')?.line.text.trim()
      const name = dialog.pub === null ? undefined : before.facts.pubs[dialog.pub]?.view.value.name
      if ((secret || ENDING.has(command.kind) || / secret$/.test(text)) && typed !== name)
        return `sent “${text}”`
      if (['unclear', 'empty', 'invalid'].includes(command.kind) && effect.kind === 'say')
        return `not understood: ${text}`
      if (
        effect.kind === 'say' &&
        !/Enter sends this/.test(screenText(view({ ...before, size: { width: 120, height: 40 } })))
      )
        return `sent “${text}” unseen`
    } else if (dialog?.kind === 'follow') {
      if (!/says yes/.test(screenText(view({ ...before, size: { width: 200, height: 600 } }))))
        return `sent “${text}” unasked`
    } else return `sent “${text}” from nowhere`
  }
  return undefined
}

tape('tui: no sequence of keys, clicks, facts and sizes breaks it or ends something unconfirmed', (t) => {
  const run = fc.property(
    messages,
    fc.boolean(),
    fc.constantFrom([80, 24], [120, 40], [200, 60]),
    (all, unicode, size) => {
      const [width = 80, height = 24] = size
      let now: Updated = { model: { ...demoModel({ width, height }), unicode }, effects: [] }
      for (const message of all) {
        const next = then({ model: now.model, effects: [] }, message)
        const found = fault(next.model) ?? unconfirmed(now.model, next)
        if (found !== undefined) throw new Error(found)
        now = next
      }
    },
  )
  const { failed, counterexample, errorInstance } = fc.check(run, { numRuns: 100, endOnFailure: false })
  t.notOk(failed, failed ? `${String(errorInstance)} after ${JSON.stringify(counterexample)}` : 'holds')
  t.end()
})

tape('tui: what forms send is what the provider understands', (t) => {
  fc.assert(
    fc.property(
      fc.constantFrom('name', 'describe'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
      (what, text) => {
        let now: Updated = { model: demoModel(), effects: [] }
        for (const name of ['enter', what === 'name' ? 'n' : 'd'])
          now = then(now, { kind: 'key', key: keyOf(name), now: NOW })
        now = then(now, { kind: 'key', key: { ...keyOf('text'), text }, now: NOW })
        now = then({ ...now, effects: [] }, { kind: 'key', key: keyOf('enter'), now: NOW })
        const [sent] = now.effects.flatMap((one) => (one.kind === 'say' ? [parseCommand(one.text)] : []))
        t.ok(
          sent === undefined || (sent.kind === what && 'name' in sent && sent.name === 'alice'),
          `${what} ${JSON.stringify(text)}`,
        )
      },
    ),
    { numRuns: 100 },
  )
  t.end()
})
