/** Deeds of the hub that are no invites: taking an invite back, following and blocking. */
import test from 'tape'
import type { Step } from '../../hub-daemon/steps'
import { PROVIDER_BACKOFF_MAX_MS } from '../../protocol/limits'
import type { ResultMessage } from '../../protocol/messages/result'
import { feedOf, HUB, HubWorld, inviteOf, keyOfMessage, pubOf, STRANGER } from '../helpers/hub-world'

const alice = pubOf(1)
const ops = [1, 2, 3, 4].map(keyOfMessage)
const [first, second, third, fourth] = ops as [never, never, never, never]
const key = inviteOf(1)

function upWorld(): HubWorld {
  const world = new HubWorld()
  world.order(alice)
  world.settle()
  world.answer(alice)
  world.publish()
  return world
}

/** What is said of deeds: the op's number, and ok or the reason. */
function results(world: HubWorld): string[] {
  return world.publish().flatMap((content) => {
    if (content.type !== 'buttcloud/result') return []
    const { op, ok, reason }: ResultMessage = content
    return [`${ops.indexOf(op as never) + 1} ${ok ? 'ok' : reason}`]
  })
}

const deeds = (steps: Step[]): string[] => steps.map(({ kind }) => kind)

test('an invite is made and taken back again, each told once', (t) => {
  const world = upWorld()
  world.owe(alice, first, key)
  t.same(world.settle(), ['invite'])
  t.same(results(world), ['1 ok'])
  world.revoke(alice, second, key)
  t.same(results(world), [], 'not while it stands in the table')
  t.same(world.settle(), ['revoke'])
  t.same(results(world), ['2 ok'])
  t.same(results(world), [], 'once')
  t.same(world.settle(), [])
  t.end()
})

test('taken back before it was made: it never comes into the table', (t) => {
  const world = upWorld()
  world.owe(alice, first, key)
  world.revoke(alice, second, key)
  t.same(world.settle(), [])
  t.same(results(world), ['1 it was withdrawn meanwhile', '2 ok'])
  const late = upWorld()
  late.revoke(alice, second, key)
  t.same(results(late), ['2 ok'])
  late.owe(alice, first, key)
  t.same(late.settle(), [], 'also when the orders come the other way round')
  t.end()
})

test('taken back while the pub is stopped or its fence is shut', (t) => {
  const world = upWorld()
  world.owe(alice, first, key)
  world.settle()
  results(world)
  world.answer(alice, { status: 'connected', invites: new Set() })
  world.revoke(alice, second, key)
  t.same(results(world), [], 'a shut fence gets a new table when it is opened: told then')
  world.answer(alice, { status: 'open', invites: new Set([key]) })
  t.same(world.settle(), ['revoke'], 'a table of before the order is mended')
  t.same(results(world), ['2 ok'])
  const stopped = upWorld()
  stopped.order(alice, { revision: 2, desired: 'down' })
  stopped.settle()
  stopped.revoke(alice, second, key)
  t.same(results(stopped), ['2 ok'], 'a pub that does not run has no table')
  t.end()
})

test('a follow waits for the open fence, is told once, and is tried again after a failure', (t) => {
  const world = upWorld()
  world.answer(alice, { status: 'connected' })
  world.contact(alice, first, STRANGER, true)
  t.same(world.settle(), [])
  t.same(results(world), [])
  world.answer(alice, { tellRetryAt: world.now + PROVIDER_BACKOFF_MAX_MS })
  t.same(deeds(world.plan().steps), [])
  t.equal(world.plan().wakeAt, world.now + PROVIDER_BACKOFF_MAX_MS)
  world.now += PROVIDER_BACKOFF_MAX_MS
  t.same(world.settle(), ['contact'])
  t.same(results(world), ['1 ok'])
  t.same(world.settle(), [])
  t.end()
})

test('the last word on a feed counts, and only that one is done', (t) => {
  const world = upWorld()
  world.contact(alice, first, STRANGER, true)
  world.contact(alice, second, feedOf(pubOf(9)), true)
  world.contact(alice, third, STRANGER, false, true)
  const { steps } = world.plan()
  t.same(
    steps.map((step) => (step.kind === 'contact' ? step.op.op : step.kind)),
    [second],
  )
  t.same(world.settle(), ['contact', 'contact'])
  t.same(results(world), ['1 a later command took its place', '2 ok', '3 ok'])
  world.contact(alice, fourth, STRANGER, false)
  t.same(world.settle(), ['contact'], 'what came before is over')
  t.same(results(world), ['4 ok'])
  t.end()
})

test('a pub that is taken away follows nobody any more', (t) => {
  const world = upWorld()
  world.contact(alice, first, STRANGER, true)
  world.order(alice, { revision: 2, desired: 'none' })
  t.same(results(world), ['1 the pub was taken away before it could be done'])
  t.end()
})

test('owners: told to whoever answers, at every connection, and up of a change waits for it', (t) => {
  const world = upWorld()
  world.order(alice, { revision: 2, owners: [STRANGER] })
  t.same(
    world.publish().filter(({ type }) => type === 'buttcloud/observed'),
    [],
    'not true yet',
  )
  world.answer(alice, { status: 'connected', owners: [] })
  t.same(world.settle(), ['owners'], 'also while the fence is shut: rights do not wait for the provider')
  world.answer(alice)
  t.equal(world.publish().filter(({ type }) => type === 'buttcloud/observed').length, 1)
  world.answer(alice, { owners: null })
  t.same(world.settle(), ['owners'], 'a new connection may be to a new run')
  world.order(alice, { revision: 3, owners: [HUB, STRANGER] })
  t.same(world.settle(), ['owners'])
  world.order(alice, { revision: 4, owners: [STRANGER, HUB] })
  t.same(world.settle(), [], 'their order is nothing')
  t.end()
})
