import fc from 'fast-check'
import test from 'tape'
import { emptyState, evolve, type HubState } from '../../hub-daemon/state'
import { buildCapacity } from '../../protocol/messages/capacity'
import { buildHub } from '../../protocol/messages/hub'
import { buildIncident } from '../../protocol/messages/incident'
import { buildObserved } from '../../protocol/messages/observed'
import { buildOp } from '../../protocol/messages/op'
import { buildResult } from '../../protocol/messages/result'
import type { Incoming } from '../../sbot/port'
import {
  feedOf,
  HUB,
  incoming,
  inviteOf,
  keyOfMessage,
  OFFER,
  PROVIDER,
  pubOf,
  STRANGER,
  specOf,
} from '../helpers/hub-world'

function folded(messages: Incoming[]): HubState {
  const state = emptyState(HUB, PROVIDER)
  for (const message of messages) evolve(state, message)
  return state
}

/** Sorted, so that two states with the same content read the same. */
function plain(state: HubState): unknown {
  const sorted = (map: Map<string, unknown>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    record: state.record,
    specs: sorted(state.specs),
    owed: sorted(state.owed).map(([pub, ops]) => [pub, sorted(ops as Map<string, unknown>)]),
    done: [...state.done].sort(),
    revoked: [...state.revoked].sort(),
    observed: sorted(state.observed),
    upAt: sorted(state.upAt),
    incidents: sorted(state.incidents).map(([pub, ends]) => [
      pub,
      [...(ends as Map<number, unknown>)].sort(),
    ]),
    capacity: state.capacity,
  }
}

const pub = fc.integer({ min: 0, max: 2 }).map(pubOf)
const number = fc.integer({ min: 1, max: 4 })
const order = fc.oneof(
  fc.record({ pub, revision: number, epoch: number }).map((f) => specOf(f.pub, f)),
  fc.record({ pub, op: number, key: number }).map((f) =>
    buildOp({
      op: keyOfMessage(f.op),
      hub: HUB,
      pub: pubOf(f.op),
      kind: 'invite',
      invite: { key: inviteOf(f.op), uses: 1, tag: 't' },
    }),
  ),
  fc.record({ op: number, key: number }).map((f) =>
    buildOp({
      ...{ op: keyOfMessage(f.op + 10), hub: HUB, pub: pubOf(f.op) },
      ...{ kind: 'revoke', revoke: { key: inviteOf(f.key), after: 0 } },
    } as const),
  ),
  fc
    .constantFrom('admitted' as const, 'draining' as const, 'retired' as const)
    .map((status) => buildHub({ hub: HUB, status, label: 'hub-1', token: null })),
)
const report = fc.oneof(
  fc.record({ pub, revision: number, epoch: number }).map((f) =>
    buildObserved({
      ...f,
      phase: 'up',
      reason: null,
      trouble: null,
      version: null,
      reverted: null,
      feed: feedOf(f.pub),
      host: 'h',
      port: 8101,
    }),
  ),
  number.map((op) => buildResult({ op: keyOfMessage(op), pub: pubOf(op), ok: true, reason: null })),
  // What is said of one end of an incident is said once.
  fc
    .record({ pub, number, state: fc.constantFrom('begun' as const, 'over' as const) })
    .map((f) => buildIncident({ ...f, kind: 'down', at: f.number, reason: null, lines: [] })),
  number.map((n) => buildCapacity({ ...OFFER, memoryBytes: n })),
)

test('the order of arrival across the two feeds, and repetitions, make no difference', (t) => {
  fc.assert(
    fc.property(
      fc.array(order, { maxLength: 12 }),
      fc.array(report, { maxLength: 12 }),
      fc.infiniteStream(fc.boolean()),
      (orders, reports, choices) => {
        const ours = reports.map((content, at) => incoming(HUB, at + 1, content))
        const theirs = orders.map((content, at) => incoming(PROVIDER, at + 1, content))
        const mixed: Incoming[] = []
        const left = [...ours]
        const right = [...theirs]
        while (left.length + right.length > 0) {
          const next =
            choices.next().value && left.length > 0 ? left.shift() : (right.shift() ?? left.shift())
          if (next !== undefined) mixed.push(next)
        }
        const expected = JSON.stringify(plain(folded([...theirs, ...ours])))
        return (
          JSON.stringify(plain(folded(mixed))) === expected &&
          JSON.stringify(plain(folded([...mixed, ...mixed]))) === expected &&
          JSON.stringify(plain(folded([...ours, ...theirs].reverse()))) === expected
        )
      },
    ),
  )
  t.pass('1 property')
  t.end()
})

test('only the provider gives orders, and only to this hub', (t) => {
  const spec = specOf(pubOf(1))
  const op = buildOp({
    op: keyOfMessage(1),
    hub: HUB,
    pub: pubOf(1),
    kind: 'invite',
    invite: { key: inviteOf(1), uses: 1, tag: 't' },
  })
  const record = buildHub({ hub: HUB, status: 'admitted', label: 'hub-1', token: null })
  for (const content of [spec, op, record]) {
    for (const author of [STRANGER, HUB]) {
      const state = emptyState(HUB, PROVIDER)
      t.notOk(evolve(state, incoming(author, 1, content)), `${content.type} by somebody else is nothing`)
      t.same(plain(state), plain(emptyState(HUB, PROVIDER)), 'and changes nothing')
    }
    t.notOk(
      evolve(emptyState(HUB, PROVIDER), incoming(PROVIDER, 1, { ...content, hub: STRANGER })),
      `${content.type} for another hub is nothing`,
    )
    t.notOk(
      evolve(emptyState(HUB, PROVIDER), { ...incoming(PROVIDER, 1, content), private: false }),
      `${content.type} in public is nothing`,
    )
    t.ok(
      evolve(emptyState(HUB, PROVIDER), incoming(PROVIDER, 1, content)),
      `${content.type} by the provider counts`,
    )
  }
  t.end()
})

test('only this hub reports for itself', (t) => {
  const result = buildResult({ op: keyOfMessage(1), pub: pubOf(1), ok: true, reason: null })
  t.notOk(evolve(emptyState(HUB, PROVIDER), incoming(PROVIDER, 1, result)))
  t.notOk(evolve(emptyState(HUB, PROVIDER), incoming(STRANGER, 1, result)))
  t.ok(evolve(emptyState(HUB, PROVIDER), incoming(HUB, 1, result)))
  t.end()
})

test('the highest revision wins, whatever its sequence', (t) => {
  const state = folded([
    incoming(PROVIDER, 1, specOf(pubOf(1), { revision: 3, epoch: 2 })),
    incoming(PROVIDER, 2, specOf(pubOf(1), { revision: 2, epoch: 9 })),
  ])
  t.equal(state.specs.get(pubOf(1))?.content.epoch, 2)
  t.end()
})

test('content that makes no sense is passed over', (t) => {
  for (const content of [null, 7, [], {}, { type: 'buttcloud/spec' }, { ...specOf(pubOf(1)), port: 'x' }])
    t.notOk(evolve(emptyState(HUB, PROVIDER), incoming(PROVIDER, 1, content as object)))
  t.end()
})
