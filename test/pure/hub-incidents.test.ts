import test from 'tape'
import { rememberCrash, rememberHung } from '../../hub-daemon/memory'
import { crashOf, lastLinesOf, lastWordsOf } from '../../hub-daemon/words'
import {
  CHANGE_DEADLINE_MS,
  CRASHES_REPORTED_AFTER,
  HEALTHY_AFTER_MS,
  INCIDENT_AGAIN_MS,
  INCIDENT_CALM_MS,
  INCIDENT_DOWN_AFTER_MS,
  INCIDENT_LINE_CHARS_MAX,
  INCIDENT_LINES_MAX,
  INCIDENTS_PER_DAY_MAX,
} from '../../protocol/limits'
import type { IncidentMessage } from '../../protocol/messages/incident'
import { HubWorld, pubOf, worldWith } from '../helpers/hub-world'

const alice = pubOf(1)
const MINUTE_MS = 60_000

/** What is told of incidents now. */
function told(world: HubWorld): IncidentMessage[] {
  return world.publish().filter((one): one is IncidentMessage => one.type === 'buttcloud/incident')
}

function ends(world: HubWorld): string[] {
  return told(world).map(({ kind, state, number }) => `${kind} ${state} ${number}`)
}

/** The pub crashes, and is back and healthy after so long. */
function downFor(world: HubWorld, awayMs: number): string[] {
  const all: string[] = []
  world.crash(alice)
  all.push(...ends(world))
  const until = world.now + awayMs
  while (world.now < until) {
    world.now = Math.min(until, world.now + MINUTE_MS)
    all.push(...ends(world))
  }
  world.settle()
  world.answer(alice)
  world.now += HEALTHY_AFTER_MS
  all.push(...ends(world))
  return all
}

function outOfMemory(world: HubWorld): void {
  world.now += 1
  world.change(alice, { status: 'exited', exitCode: 137, outOfMemory: true })
  world.crash(alice)
  rememberCrash(world.memory, alice, crashOf('', true), world.now)
  world.now += 1_000
  world.settle()
  world.answer(alice)
  world.now += HEALTHY_AFTER_MS
}

test('down for more than two minutes is told once, and once when it is over', (t) => {
  const world = worldWith(alice)
  world.crash(alice)
  const since = world.now
  t.same(ends(world), [])
  t.ok((world.plan().wakeAt ?? Number.POSITIVE_INFINITY) <= since + INCIDENT_DOWN_AFTER_MS)
  world.now = since + INCIDENT_DOWN_AFTER_MS - 1
  t.same(ends(world), [], 'not a moment before')
  world.now = since + INCIDENT_DOWN_AFTER_MS
  const [begun, ...more] = told(world)
  t.same(more, [])
  t.same([begun?.kind, begun?.state, begun?.number, begun?.at], ['down', 'begun', 1, since])
  for (let minute = 0; minute < 60; minute += 1) {
    world.now += MINUTE_MS
    t.same(ends(world), [], 'not once per try')
  }
  world.settle()
  world.answer(alice)
  t.same(ends(world), [], 'an answer alone is not healthy')
  world.now += HEALTHY_AFTER_MS
  t.same(ends(world), ['down over 1'])
  t.same(ends(world), [])
  t.end()
})

test('quick healing, and whatever an owner orders, is no incident', (t) => {
  const world = worldWith(alice)
  t.same(downFor(world, INCIDENT_DOWN_AFTER_MS - 1), [])
  world.order(alice, { revision: 2, restarts: 1 })
  world.crash(alice)
  world.look()
  world.now += INCIDENT_DOWN_AFTER_MS + CHANGE_DEADLINE_MS - 1
  t.same(ends(world), [], 'a restart that takes long is told of by its own answer')
  world.now += 1
  t.same(ends(world), ['down begun 1'], 'what lasts after that answer is an incident')
  world.order(alice, { revision: 3, desired: 'down' })
  world.settle()
  const [over] = told(world)
  t.same([over?.state, over?.reason], ['over', 'it was stopped, as ordered'])
  world.now += 24 * 60 * MINUTE_MS
  t.same(ends(world), [], 'a stopped pub is not down')
  t.end()
})

test('a pub that never was up is being made, and that has its own answer', (t) => {
  const world = new HubWorld()
  world.publish()
  world.order(alice)
  world.settle()
  world.now += 60 * MINUTE_MS
  t.same(ends(world), [])
  t.end()
})

test('a hub that is started anew tells nothing twice: its own feed is its memory', (t) => {
  const world = worldWith(alice)
  world.crash(alice)
  world.look()
  world.now += INCIDENT_DOWN_AFTER_MS
  t.same(ends(world), ['down begun 1'])
  world.forget()
  t.same(ends(world), [])
  world.now += INCIDENT_DOWN_AFTER_MS
  t.same(ends(world), [])
  world.settle()
  world.answer(alice)
  world.now += HEALTHY_AFTER_MS
  t.same(ends(world), ['down over 1'], 'and still knows what is to be over')
  t.end()
})

test('a flapping pub is one long incident, and a day has only so many', (t) => {
  const world = worldWith(alice)
  t.same(downFor(world, 3 * MINUTE_MS), ['down begun 1', 'down over 1'])
  t.same(downFor(world, 3 * MINUTE_MS), ['down begun 2'], 'again within the hour: it stays begun')
  for (let count = 0; count < 20; count += 1) t.same(downFor(world, 3 * MINUTE_MS), [])
  world.now += INCIDENT_CALM_MS
  t.same(ends(world), ['down over 2'], 'until it was quiet for long')
  const later: string[] = []
  for (let count = 0; count < 20; count += 1) {
    later.push(...downFor(world, 3 * MINUTE_MS))
    world.now += INCIDENT_CALM_MS
    later.push(...ends(world))
  }
  t.equal(later.filter((one) => one.includes('begun')).length, INCIDENTS_PER_DAY_MAX - 2, later.join(', '))
  t.same(downFor(world, INCIDENT_AGAIN_MS - 1), [], 'one more is one too many')
  world.now += INCIDENT_CALM_MS
  t.ok(
    downFor(world, INCIDENT_AGAIN_MS).some((one) => one.startsWith('down begun')),
    'unless it lasts',
  )
  world.now += 24 * 60 * MINUTE_MS
  ends(world)
  t.same(downFor(world, 3 * MINUTE_MS).length, 2, 'the next day it is told again')
  t.end()
})

test('out of memory ten times an hour is two messages, and the second says how often', (t) => {
  const world = worldWith(alice)
  const all: IncidentMessage[] = []
  for (let count = 0; count < 10; count += 1) {
    outOfMemory(world)
    all.push(...told(world))
    world.now += 5 * MINUTE_MS
  }
  t.same(
    all.map(({ state, reason }) => `${state}: ${reason}`),
    ['begun: it ran out of its memory of 192 MB'],
  )
  world.now += INCIDENT_CALM_MS
  t.same(
    told(world).map(({ state, reason }) => `${state}: ${reason}`),
    ['over: it ran out of its memory of 192 MB 10 times'],
  )
  t.same(ends(world), [])
  outOfMemory(world)
  t.same(ends(world), ['out-of-memory begun 2'])
  world.forget()
  world.now += INCIDENT_CALM_MS + MINUTE_MS
  t.same(ends(world), [], 'a hub that has forgotten waits again')
  world.now += INCIDENT_CALM_MS
  t.same(
    told(world).map(({ reason }) => reason),
    ['it ran out of its memory of 192 MB at least once'],
    'and does not claim to have counted',
  )
  t.end()
})

test('a hung pub that was started anew is one message, when it is well; not one per time', (t) => {
  const world = worldWith(alice)
  const hang = (): void => {
    rememberHung(world.memory, alice, world.now)
    world.crash(alice)
    world.now += 2_000
    world.settle()
    world.answer(alice)
  }
  hang()
  t.same(ends(world), [], 'not before it is well')
  world.now += HEALTHY_AFTER_MS
  t.same(
    told(world).map(({ kind, state, reason }) => `${kind} ${state}: ${reason}`),
    ['healed over: it ran but did not answer, so it was ended and started anew'],
  )
  for (let count = 0; count < 5; count += 1) {
    hang()
    world.now += HEALTHY_AFTER_MS
    t.same(ends(world), [])
  }
  world.now += INCIDENT_AGAIN_MS
  t.match(told(world)[0]?.reason ?? '', /5 times lately/, 'the others are counted')
  t.same(ends(world), [])
  t.end()
})

test('a hung pub that stays away is down, and not healed as well', (t) => {
  const world = worldWith(alice)
  rememberHung(world.memory, alice, world.now)
  t.same(downFor(world, 5 * MINUTE_MS), ['down begun 1', 'down over 1'])
  world.now += 2 * INCIDENT_AGAIN_MS
  t.same(ends(world), [])
  t.end()
})

test('a crash loop is told at its ceiling, with the last lines, and not as down too', (t) => {
  const world = worldWith(alice)
  const output = 'one line\nError: no luck at 203.0.113.7:8008\n    at frame (file)\nbye bye\n'
  const all: IncidentMessage[] = []
  for (let crash = 0; crash < CRASHES_REPORTED_AFTER + 20; crash += 1) {
    world.crash(alice)
    rememberCrash(world.memory, alice, crashOf(output, false), world.now)
    world.now += 61_000
    world.settle()
    all.push(...told(world))
  }
  t.same(
    all.map(({ kind, state }) => `${kind} ${state}`),
    ['down begun'],
    'down came first here, and one is enough',
  )
  const quick = worldWith(alice)
  const loop: IncidentMessage[] = []
  for (let crash = 0; crash < CRASHES_REPORTED_AFTER + 20; crash += 1) {
    quick.crash(alice)
    rememberCrash(quick.memory, alice, crashOf(output, false), quick.now)
    quick.now += crash < CRASHES_REPORTED_AFTER ? 7_000 : 61_000
    quick.settle()
    loop.push(...told(quick))
  }
  t.same(
    loop.map(({ kind, state }) => `${kind} ${state}`),
    ['crashing begun'],
  )
  t.match(loop[0]?.reason ?? '', /^it keeps crashing: Error: no luck/)
  t.same(loop[0]?.lines, ['one line', 'Error: no luck at …:8008', 'bye bye'])
  quick.answer(alice)
  quick.now += HEALTHY_AFTER_MS
  t.same(ends(quick), ['crashing over 1'])
  t.end()
})

test('the last lines are few, short, with the error, and without keys and addresses', (t) => {
  const noise = Array.from({ length: 50 }, (_, at) => `line ${'x y '.repeat(200)} ${at}`)
  const lines = lastLinesOf(['Error: the cause', ...noise].join('\n'))
  t.equal(lines.length, INCIDENT_LINES_MAX)
  t.ok(lines.every((line) => line.length <= INCIDENT_LINE_CHARS_MAX))
  t.equal(lines[0], 'Error: the cause')
  const key = `@${'a'.repeat(43)}=.ed25519`
  const secret = lastLinesOf(
    `dial ${key} at net:10.0.0.7:8008 or 2001:db8::8a2e:370:7334 for bob@example.org at 12:34:56 failed`,
  ).join()
  t.equal(secret, 'dial @….ed25519 at net:…:8008 or … for … at 12:34:56 failed')
  t.ok(
    crashOf('FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory', false)
      .outOfMemory,
  )
  const entry =
    '{"pub":"failed","reason":"other","message":"no secret in /srv/hub/runs/bc-1/volume: it needs one"}'
  t.equal(lastWordsOf(entry), 'no secret in …/volume: it needs one', 'a line for programs is read')
  t.equal(lastWordsOf('{"a": broken'), '{"a": broken')
  t.equal(lastWordsOf('{"other":1}'), '{"other":1}')
  t.same(lastLinesOf('\n\u0007\n---\n'), [])
  t.end()
})
