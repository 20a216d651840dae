/** Goal: what a pub that does not run left behind is handed over like what one that runs tells, and nobody waits for it who starts it. */
import test from 'tape'
import { AtRest } from '../../hub-daemon/io/at-rest'
import { Exports } from '../../hub-daemon/io/exports'
import { EXPORT_CHUNK_BYTES, EXPORT_PAGE_MESSAGES } from '../../protocol/limits'
import {
  failure,
  filesIn,
  hashOf,
  held,
  hubOf,
  PUB,
  SECRET,
  settingOf,
  take,
  VOLUME,
} from '../helpers/export-hub'
import { alice } from '../helpers/story'

test('the same bytes from its server and from its volume, so a cut goes on at the other', async (t) => {
  const pub = held(2 * EXPORT_PAGE_MESSAGES + 3, [10_000, 700_000, 3])
  for (const part of ['log', 'blobs', 'gossip', 'all'] as const) {
    const setting = settingOf(pub, VOLUME)
    const resting = await take(hubOf(pub, setting), part)
    const running = await take(hubOf(pub), part)
    t.ok(resting.bytes.equals(running.bytes), part)
    t.equal(setting.open, 0, 'and the volume is let go')
    if (part === 'gossip') continue
    const { snapshot } = running.begin
    const rest = await take(hubOf(pub, setting), part, { snapshot, at: 5_000 })
    t.deepEqual([rest.begin.from, rest.end.sha256], [5_000, running.end.sha256], 'begun there, ended here')
    const back = await take(hubOf(pub), part, { snapshot: resting.begin.snapshot, at: 6_000 })
    t.deepEqual([back.begin.from, back.end.sha256], [6_000, running.end.sha256], 'and the other way round')
  }
})

test('what a machine that went down left behind: half a record, half a blob, half a table of peers', async (t) => {
  const pub = held(40, [10_000, 20_000])
  const setting = settingOf(pub, VOLUME)
  const whole = await take(hubOf(pub, setting), 'all')
  const log = setting.files.get('flume/log.offset') ?? Buffer.alloc(0)
  setting.files.set('flume/log.offset', Buffer.concat([log, log.subarray(0, 50)]))
  setting.files.set('gossip.json', Buffer.from('[{"key'))
  const [blob = ''] = [...setting.files.keys()].filter((name) => name.startsWith('blobs/'))
  setting.files.set(blob, Buffer.alloc(5))
  setting.files.set('blobs/sha256/tmp', Buffer.alloc(9))
  const { bytes, end } = await take(hubOf(pub, setting), 'all')
  const [before, after] = [filesIn(whole.bytes), filesIn(bytes)]
  t.ok(after.get('alice/flume/log.offset')?.equals(before.get('alice/flume/log.offset') ?? Buffer.alloc(1)))
  t.match(String(after.get('alice/README.txt')), /last 50 bytes of its log are no whole message/)
  t.equal(JSON.parse(String(after.get('alice/export.json'))).unreadBytes, 50)
  t.equal(JSON.parse(String(before.get('alice/export.json'))).unreadBytes, undefined)
  t.equal(
    [...after.keys()].filter((name) => name.includes('blobs/')).length,
    1,
    'only what is what its name says',
  )
  t.equal(String(after.get('alice/gossip.json')), '[]\n')
  t.equal(end.sha256, hashOf(bytes))
  setting.files.clear()
  const none = await take(hubOf(pub, setting), 'all')
  t.deepEqual(
    [...filesIn(none.bytes).keys()].length,
    6,
    'a volume with nothing in it is an export with nothing',
  )
})

test('a start ends who reads, begins when they have let go, and nobody begins meanwhile', async (t) => {
  const pub = held(EXPORT_PAGE_MESSAGES, [3 * EXPORT_CHUNK_BYTES])
  const setting = settingOf(pub, VOLUME)
  const hub = hubOf(pub, setting)
  const { session } = hub.open({ pub: PUB, name: 'alice', part: 'all', resume: null })
  await hub.read(session)
  t.ok(Buffer.isBuffer(await hub.read(session)))
  t.equal(setting.open, 1)
  let started = false
  await setting.rest.without(PUB, async () => {
    t.deepEqual([setting.open, setting.rest.isTaken(PUB)], [0, true], 'the volume is free')
    started = true
  })
  t.ok(started)
  t.notOk(setting.rest.isTaken(PUB))
  t.match(await failure(hub.read(session)), /^unknown/, 'whoever read asks again')
  const failed = await failure(setting.rest.without(PUB, () => Promise.reject(new Error('port taken'))))
  t.deepEqual([failed, setting.rest.isTaken(PUB)], ['port taken', false])
})

test('a volume that can not be read is a reason to try again; nowhere is refused at once', async (t) => {
  const pub = held(3, [])
  const setting = settingOf(pub, VOLUME)
  const hub = hubOf(pub, setting)
  setting.place = { kind: 'nowhere', why: 'unknown: nothing of this pub is left on its server' }
  t.throws(() => hub.open({ pub: PUB, name: 'alice', part: 'log', resume: null }), /^Error: unknown: nothing/)
  t.equal((await take(hub, 'secret')).bytes.toString(), SECRET, 'its key pair is elsewhere')
  const broken = new Exports({
    ...{ pubs: new Map(), rest: new AtRest(), place: () => VOLUME },
    secrets: { read: () => ({ feed: alice, text: SECRET }) } as never,
    engine: { openVolume: () => Promise.reject(new Error('the engine is away')) },
  })
  t.match(await failure(take(broken, 'log')), /^try-again: could not read the data.*the engine is away/)
})
