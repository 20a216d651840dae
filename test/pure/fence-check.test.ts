/** Goal: `admin fence-check` says truly who may write for a pub, why, and what is waited for. */
import test from 'tape'
import { drainLines, drainText, fenceText, hubText, movedText, moveStep } from '../../cli/render-fleet'
import { type FenceFacts, fenceCheck, hubDetail, type SessionFact } from '../../plugin/fleet-view'
import { moved } from '../../plugin/move'
import { hub, key, oscar, provider } from '../helpers/story'
import { recordOf, stopped } from '../helpers/story-change'
import { hubSays, PUB_FEED } from '../helpers/story-hub'
import { fleetOf, formerSays, type Moving, pubOf, SECOND, twoHubs } from '../helpers/story-move'

const COMMITTED = { sequence: 7, key: key('the seventh'), at: Date.UTC(2030, 0, 1) }
const view = { when: (at: number) => new Date(at).toISOString() }

function check(one: Moving, session: Partial<SessionFact> | null = {}, stuck: string | null = null) {
  const { epoch, hub: where, pub } = recordOf(one)
  const { now } = one.story
  const full = { hub: where, epoch, openedAt: now, firstAt: now, lastWriteAt: null, isOpen: true }
  const facts: FenceFacts = {
    committed: COMMITTED,
    session: session === null ? null : { ...full, ...session },
  }
  const world = fleetOf(one)
  const held = stuck === null ? [] : [{ pub, name: 'alice', hub: where, why: stuck, storm: null }]
  return fenceCheck({ ...world, stuck: held }, pubOf(one), facts)
}

function goes(one: Moving): void {
  const { state, policy, now, connected, moving } = fleetOf(one)
  const done = moved({ state, policy, now, connected, moving }, { pub: 'alice', hub: null }, oscar)
  if (!done.ok) throw new Error(done.why)
  one.story.now += 1_000
  one.story.tells(provider, done.record)
  one.story.settle()
}

test('where it was made', (t) => {
  const one = twoHubs()
  const found = check(one)
  t.deepEqual([found.writer.hub, found.writer.epoch, found.writer.connected], [hub, 1, true])
  t.deepEqual([found.placed.why, found.placed.from, found.placed.by], ['made', null, null])
  t.deepEqual([found.step, found.former, found.waitsFor], ['there', [], []])
  t.deepEqual([found.feed, found.secret], [PUB_FEED, { held: true, opens: true }])
  t.equal(found.committed?.sequence, 7)
  const text = fenceText(found, view)
  t.match(text, /who may write +the run on hub-1 under epoch 1, and nobody else/)
  t.match(text, /last written +message 7/)
  t.match(text, /its key +in escrow, and opens here/)
  t.end()
})

test('a run that is not open, or whose hub is not there, may not write', (t) => {
  const one = twoHubs()
  t.match(check(one, null).waitsFor.join(), /hub-1 has not opened its run for writing/)
  t.equal(check(one, { isOpen: false }).session, null)
  t.equal(check(one, { epoch: 9 }).session, null, 'a session of another epoch is none')
  one.story.connected.delete(hub)
  t.equal(check(one).session, null)
  t.match(check(one).waitsFor.join(), /hub-1 is not connected/)
  one.leases.silence.set(hub, 100_000)
  t.equal(check(one).writer.lease?.leftMs, 0)
  t.match(fenceText(check(one), view), /lease of hub-1 +silent .*not connected/)
  t.end()
})

test('the steps of a move, and how long nobody could write', (t) => {
  const one = twoHubs()
  goes(one)
  const first = check(one, null)
  t.deepEqual([first.step, first.writer.hub, first.writer.epoch], ['starting', SECOND, 2])
  t.deepEqual(first.former, [{ hub, label: 'hub-1', connected: true, ordered: true, confirmed: false }])
  t.deepEqual([first.placed.why, first.placed.from, first.placed.by], ['asked', 'hub-1', oscar])
  t.equal(first.placed.at, one.story.now)
  t.match(
    fenceText(first, view),
    /before on +hub-1: told to end its run, and has not said that it did; its epoch is over/,
  )
  t.match(moveStep(first), /second starts alice/)
  formerSays(one, hub, 'removed')
  one.story.now += 3_400
  hubSays(one.story, one.pub, 'up')
  const there = check(one)
  t.deepEqual([there.step, there.former[0]?.confirmed, there.shutForMs], ['there', true, 3_400])
  const move = { pub: there.pub, name: 'alice', from: 'hub-1', to: 'second', epoch: 2 }
  t.match(
    movedText({ ...move, desired: 'up' }, there),
    /alice is up on second. For 3.4 s nobody could write there/,
  )
  one.story.now += 60_000
  t.equal(check(one, { firstAt: there.placed.at + 3_400 }).shutForMs, 3_400, 'later as well')
  t.end()
})

test('what it waits for: its provider’s memory, room elsewhere, its owners', (t) => {
  const one = twoHubs()
  one.leases.waits = true
  t.match(check(one).waitsFor.join(), /put back from a backup/)
  one.leases.waits = false
  t.match(check(one, {}, 'there is no room').waitsFor.join(), /there is no room/)
  t.deepEqual(check(twoHubs(stopped()), null).waitsFor, ['it is stopped'])
  one.leases.key = 'closed'
  t.match(fenceText(check(one), view), /in escrow; the recovery key is offline/)
  one.leases.key = 'none'
  t.match(fenceText(check(one), view), /not in escrow/)
  t.end()
})

test('one that has ended', (t) => {
  const one = twoHubs()
  one.story.tells(provider, { ...recordOf(one), status: 'ended', keepUntil: 1 })
  t.equal(fenceText(check(one), view), `alice has been deleted: nobody may write for it.\nfeed: ${PUB_FEED}`)
  t.end()
})

test('a hub that is being emptied, in words', (t) => {
  const one = twoHubs()
  const record = one.story.state.provider.hubs.get(hub)
  if (record === undefined) throw new Error('no hub')
  const { pub } = recordOf(one)
  const world = { ...fleetOf(one), stuck: [{ pub, name: 'alice', hub, why: 'second is full', storm: null }] }
  const before = hubDetail(world, record, 0)
  t.deepEqual(drainLines(before), ['alice stays on hub-1: second is full.'])
  t.match(hubText(before), /hub-1 is admitted and connected; lease: 48 s left/)
  t.match(hubText(before), /alice +up +second is full/)
  t.notOk(/HTTPS/.test(hubText(before)))
  t.match(hubText({ ...before, https: true }), /served by HTTPS/)
  goes(one)
  const under = hubDetail(fleetOf(one), record, 0)
  t.deepEqual(drainLines(under), ['alice goes to second.'])
  t.match(drainText(under), /hub-1 is being drained/)
  formerSays(one, hub, 'removed')
  hubSays(one.story, one.pub, 'up')
  const done = hubDetail(fleetOf(one), record, 0)
  t.deepEqual(drainLines(done), ['alice is on second.'])
  t.match(drainText(done), /hub-1 is empty: one pub has moved/)
  t.end()
})
