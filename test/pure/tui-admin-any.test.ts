/** Whatever is pressed and told: nothing breaks, every row fits exactly, and nothing is done that was not confirmed. */
import fc from 'fast-check'
import tape from 'tape'
import type { AdminFact, AdminMessage } from '../../cli/tui/admin/message'
import type { AdminModel } from '../../cli/tui/admin/model'
import { viewFleet } from '../../cli/tui/admin/view'
import { rowText, rowWidth, screenText } from '../../cli/tui/screen'
import type { MailView } from '../../protocol/mail'
import {
  demoCapacity,
  demoIncidents,
  demoLooks,
  demoMail,
  demoMoney,
  demoPubs,
  demoStory,
  type FleetUpdated,
  fleetModel,
  hubView,
  moneyPub,
  thenFleet,
} from '../helpers/fleet-world'
import { feed, keyOf, NOW, pubId } from '../helpers/tui-world'

const KEYS = [
  ...['enter', 'escape', 'tab', 'shift-tab', 'up', 'down', 'left', 'right', 'home', 'end', 'pageup'],
  ...['pagedown', 'backspace', 'delete', 'space', ...'abcdefhijklmnoprstuwxyz12345?/'],
]
/** What owners, hubs and mail servers may have put into names, reasons and requests. */
const HOSTILE = [
  '\u001b]0;x\u0007\u202egnp\n\n`',
  '日本語'.repeat(60),
  `z${'\u0301'.repeat(200)}`,
  '👩‍👩‍👧🇳🇿'.repeat(30),
  '',
]
const text = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 40 }))
const at = fc.constantFrom(0, NOW - 400 * 86_400_000, NOW, NOW + 86_400_000)

const key = fc
  .constantFrom(...KEYS)
  .map((name): AdminMessage => ({ kind: 'key', key: keyOf(name), now: NOW }))
const written = text.map(
  (one): AdminMessage => ({
    ...{ kind: 'key', key: { ...keyOf('text'), text: one }, now: NOW },
  }),
)
const mouse = fc.record({
  kind: fc.constant('mouse' as const),
  deed: fc.constantFrom('press' as const, 'wheel-up' as const, 'wheel-down' as const),
  ...{ x: fc.nat(210), y: fc.nat(70), now: fc.constant(NOW) },
})
const resize = fc.record({
  kind: fc.constant('resize' as const),
  ...{
    width: fc.integer({ min: 1, max: 210 }),
    height: fc.integer({ min: 1, max: 70 }),
    now: fc.constant(NOW),
  },
})

const hostileLooks = fc.tuple(text, at).map(([one, time]): AdminFact[] => {
  const [incident] = demoIncidents()
  const incidents =
    incident === undefined ? [] : [{ ...incident, name: one, hub: one, reason: one, begunAt: time }]
  const capacity = demoCapacity()
  capacity.hubs.push(
    hubView(one, {
      hub: feed(one),
      host: one,
      engine: one,
      awaySince: time,
      memoryBytes: 0,
      connected: false,
    }),
  )
  const pubs = demoPubs().map((pub) => ({
    ...pub,
    name: one,
    plan: one,
    reason: one,
    address: one,
    createdAt: time,
  }))
  const money = demoMoney()
  money.pubs.push(moneyPub('odd', { name: one, plan: one, subscription: one, until: time }))
  money.alerts.push({ kind: 'sweep', reference: one, name: one, at: time })
  money.noRoom.push({ name: one, plan: one, owner: feed('bob'), until: NOW })
  const mail: MailView = demoMail()
  mail.failed.push({ what: one, to: one, at: time, reason: one })
  const story = demoStory(pubId('club'))
  story.entries = story.entries.map((entry) => ({ ...entry, text: one, at: time }))
  return [
    { kind: 'capacity', value: capacity, at: time },
    { kind: 'pubs', value: pubs, at: time },
    { kind: 'incidents', value: incidents, at: time },
    { kind: 'money', value: money, at: time },
    { kind: 'mail', value: mail, at: time },
    { kind: 'audit', about: pubId('club'), story, at: time },
    { kind: 'audit', about: feed('bob'), story, at: time },
  ]
})
const someLooks = fc.tuple(hostileLooks, fc.nat(6)).map(([all, which]) => all.slice(which, which + 1))
const nothing: AdminFact[] = [
  { kind: 'pubs', value: [], at: NOW },
  { kind: 'capacity', value: { hubs: [], plans: [] }, at: NOW },
]
const fact = fc
  .oneof(
    someLooks,
    hostileLooks,
    fc.constant(nothing),
    fc.constant(demoLooks()),
    text.map((why): AdminFact[] => [{ kind: 'connection', connection: { state: 'away', since: NOW, why } }]),
    text.map((one): AdminFact[] => [{ kind: 'deed', ok: one.length % 2 === 0, text: one, secret: one }]),
    text.map((problem): AdminFact[] => [{ kind: 'no-audit', about: pubId('club'), problem }]),
  )
  .map((facts): AdminMessage => ({ kind: 'facts', facts, now: NOW }))
/** Ways that single keys at random hardly ever go. */
const PATHS = [
  ['escape', 'escape', 'escape', '1', 'a', 'enter', 'y'],
  ['escape', 'escape', 'escape', '1', 'a', 'down', 'enter', 'enter', 'y', 'y'],
  ['escape', 'escape', 'escape', '5', 't', 'y'],
  ['escape', 'escape', 'escape', '2', 'enter', 'enter', 'a', 'down', 'enter'],
  ['escape', 'escape', 'escape', '1', 'enter', 'enter', 'end', 'y'],
]
const path = fc
  .constantFrom(...PATHS)
  .map((names) => names.map((name): AdminMessage => ({ kind: 'key', key: keyOf(name), now: NOW })))
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
function fault(model: AdminModel): string | undefined {
  const screen = viewFleet(model)
  const { width, height } = model.size
  if (screen.rows.length !== height) return `${screen.rows.length} rows of ${height}`
  for (const [row, spans] of screen.rows.entries()) {
    if (rowWidth(spans) !== width)
      return `row ${row} has ${rowWidth(spans)} columns of ${width}: ${rowText(spans)}`
    if (/[\p{Cc}\p{Cf}]/u.test(rowText(spans))) return `row ${row} has control characters`
  }
  const { cursor } = screen
  if (cursor !== null && (cursor.x >= width || cursor.y >= height || cursor.x < 0))
    return 'the cursor is outside'
  return undefined
}

/** Undefined where nothing is done at the provider but what the screen before has asked about, by `y` (or a click on it). */
function unconfirmed(
  before: AdminModel,
  { effects }: FleetUpdated,
  message: AdminMessage,
): string | undefined {
  for (const effect of effects) {
    if (effect.kind !== 'do') continue
    const { dialog } = before
    if (dialog?.kind !== 'deed' || dialog.state !== 'asks') return `${effect.deed.kind} from nowhere`
    if (dialog.deed.kind !== effect.deed.kind) return `${effect.deed.kind} instead of ${dialog.deed.kind}`
    if (message.kind !== 'mouse' && !(message.kind === 'key' && message.key.name === 'y'))
      return `${effect.deed.kind} by something else`
    const seen = screenText(viewFleet({ ...before, size: { width: 120, height: 40 } }))
    if (!/This is done at the provider:/.test(seen)) return `${effect.deed.kind} unseen`
  }
  return undefined
}

tape(
  'admin tui: no sequence of keys, clicks, facts and sizes breaks it or does something unconfirmed',
  (t) => {
    let done = 0
    const run = fc.property(
      messages,
      fc.boolean(),
      fc.constantFrom([80, 24], [120, 40], [200, 60]),
      (all, unicode, size) => {
        const [width = 80, height = 24] = size
        let now: FleetUpdated = { model: { ...fleetModel({ width, height }), unicode }, effects: [] }
        for (const message of all) {
          const next = thenFleet({ model: now.model, effects: [] }, message)
          const found = fault(next.model) ?? unconfirmed(now.model, next, message)
          if (found !== undefined) throw new Error(found)
          done += next.effects.filter(({ kind }) => kind === 'do').length
          now = next
        }
      },
    )
    const { failed, counterexample, errorInstance } = fc.check(run, { numRuns: 100, endOnFailure: false })
    t.notOk(failed, failed ? `${String(errorInstance)} after ${JSON.stringify(counterexample)}` : 'holds')
    t.ok(done > 0, `and ${done} deeds were confirmed on the way`)
    t.end()
  },
)
