/** What sbot/port.ts promises, asked of both homes by one set of tests. */
import { cpSync } from 'node:fs'
import ssbKeys from 'ssb-keys'
import ssbValidate from 'ssb-validate'
import tape from 'tape'
import type { FeedId } from '../../protocol/ids'
import type { Incoming, SignedValue } from '../../sbot/port'
import { type Home, type HomeName, openHome } from '../helpers/homes'
import { randomNetworkKey, temporaryFolder, until } from '../helpers/machine'
import { writer } from '../helpers/writer'

const HOMES: HomeName[] = ['db2', 'classic']

interface Log {
  messages: Incoming[]
  strangers: Incoming[]
  caughtUp: number
  wanted: Set<string>
  recheck(author: FeedId): Promise<void>
  stop(): void
}

function listen(home: Home, wanted: string[]): Log {
  const log: Log = {
    ...{ messages: [], strangers: [], caughtUp: 0, wanted: new Set(wanted) },
    recheck: (author) => reading.recheck(author),
    stop: () => reading.stop(),
  }
  const reading = home.sbot.read({
    wants: (author) => log.wanted.has(author),
    onMessage: (message) => log.messages.push(message),
    onStranger: (message) => log.strangers.push(message),
    onCaughtUp: () => {
      log.caughtUp++
    },
    onError: (error) => {
      throw error
    },
  })
  return log
}

const texts = (messages: Incoming[]) => messages.map((message) => (message.content as any).text)

async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'nothing was refused'
  } catch (error) {
    return (error as Error).message
  }
}

for (const name of HOMES) {
  const test = (title: string, run: (t: tape.Test, home: Home) => Promise<void>) =>
    tape(`${name}: ${title}`, async (t) => {
      const home = await openHome(name, { networkKey: randomNetworkKey() })
      try {
        await run(t, home)
      } finally {
        await home.remove()
      }
    })

  test('publishes privately, reads it decrypted, keeps it as signed', async (t, home) => {
    const { sbot } = home
    const other = writer()
    const log = listen(home, [sbot.id])
    const content = { type: 'post', text: 'grüße 🐌 "quoted"\nline', root: null }
    const done = await sbot.publish(content, [sbot.id, other.id])
    t.deepEqual(done.content, { ...content, recps: [sbot.id, other.id] }, 'the content names its recipients')
    t.equal(done.sequence, 1)
    t.ok(done.private)
    await until('the message', () => log.messages.length === 1)
    t.deepEqual(log.messages[0], done, 'read as published')
    const [signed] = await sbot.history(sbot.id, 0, 10)
    t.ok(typeof signed?.content === 'string' && signed.content.endsWith('.box'), 'history gives it boxed')
    t.ok(ssbKeys.verifyObj(home.keys, null, signed), 'and the signature holds')
    t.deepEqual(ssbKeys.unbox(signed?.content, other.keys), done.content, 'the recipient can open it')
    t.deepEqual(await sbot.head(sbot.id), { sequence: 1, key: done.key })
  })

  test('publishes in public, and many at once in order', async (t, home) => {
    const { sbot } = home
    const first = await sbot.publishPublic({ type: 'about', about: sbot.id, name: 'prova' })
    t.notOk(first.private)
    const many = await Promise.all(
      Array.from({ length: 150 }, (_, n) => sbot.publish({ type: 'post', text: `${n}` }, [sbot.id])),
    )
    t.deepEqual(
      many.map((message) => message.sequence),
      Array.from({ length: 150 }, (_, n) => n + 2),
      'sequences follow the order of the calls',
    )
    const history = await sbot.history(sbot.id, 100, 20)
    t.deepEqual(
      history.map((value) => value.sequence),
      Array.from({ length: 20 }, (_, n) => n + 101),
      'history begins after a sequence and keeps its limit',
    )
    t.deepEqual(await sbot.history(sbot.id, 151, 20), [], 'nothing after the end')
  })

  test('refuses what must not go out, and goes on', async (t, home) => {
    const { sbot } = home
    const others = Array.from({ length: 8 }, () => writer().id)
    const post = { type: 'post', text: 'x' }
    t.match(await refusal(sbot.publish(post, [])), /^refused: .*plain text/)
    t.match(await refusal(sbot.publish(post, others.slice(0, 2))), /^refused: .*own author/)
    t.match(await refusal(sbot.publish(post, [sbot.id, ...others.slice(0, 7)])), /^refused: .*at most 7/)
    t.match(await refusal(sbot.publish(post, [sbot.id, 'nobody' as FeedId])), /^refused: .*not a feed id/)
    t.match(await refusal(sbot.publish({ text: 'x' }, [sbot.id])), /^refused: .*type/)
    t.match(await refusal(sbot.publish({ type: 'post', n: 1n }, [sbot.id])), /^refused: .*JSON/)
    t.match(await refusal(sbot.publishPublic({ ...post, recps: [] })), /^refused: /)
    t.equal(await sbot.head(sbot.id), null, 'nothing of it was written')
    const seven = await sbot.publish(post, [sbot.id, ...others.slice(0, 6)])
    t.equal(seven.sequence, 1, 'seven readers are fine')
  })

  test('holds to the size limit to the character', async (t, home) => {
    const { sbot } = home
    const other = writer().id
    const privately = (chars: number) =>
      sbot.publish({ type: 'post', text: 'x'.repeat(chars) }, [sbot.id, other])
    const publicly = (chars: number) => sbot.publishPublic({ type: 'post', text: 'x'.repeat(chars) })
    for (const publish of [privately, publicly]) {
      // The largest that passes, by halving; it must be valid for a stock validator too.
      let [passes, fails] = [1000, 9000]
      while (fails - passes > 1) {
        const middle = Math.floor((passes + fails) / 2)
        const why = await refusal(publish(middle))
        if (why === 'nothing was refused') passes = middle
        else {
          t.match(why, /^refused: .*8192/, `${middle} characters are refused with the limit`)
          fails = middle
        }
      }
      const head = await sbot.head(sbot.id)
      const [largest] = await sbot.history(sbot.id, (head?.sequence ?? 1) - 1, 1)
      const size = JSON.stringify(largest, null, 2).length
      t.ok(size <= 8192, `the largest message has ${size} characters`)
      t.ok(size > 8192 - 40, 'and little room is given away')
    }
    const all = await sbot.history(sbot.id, 0, 100)
    const state = all.reduce(
      (before, value) => ssbValidate.append(before, null, value),
      ssbValidate.initial(),
    )
    t.equal(state.feeds[sbot.id].sequence, all.length, 'a stock validator takes the whole feed')
  })

  test('stores foreign messages in order, and judges each alone', async (t, home) => {
    const { sbot } = home
    const [ann, ben] = [writer(), writer()]
    const post = (text: string) => ({ type: 'post', text })
    const [a1, a2, a3] = [ann.next(post('a1')), ann.next(post('a2')), ann.next(post('a3'))]
    const [b1, b2] = [ben.next(post('b1')), ben.next(post('b2'))]
    const forged = { ...b2, content: post('forged') }
    const outcomes = await Promise.allSettled([a1, b1, a2, forged, b2, a3].map((value) => sbot.append(value)))
    t.deepEqual(
      outcomes.map((outcome) => outcome.status),
      ['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
      'the forged one fails, its neighbours do not',
    )
    t.equal((await sbot.head(ann.id))?.sequence, 3)
    t.deepEqual(await sbot.history(ann.id, 0, 10), [a1, a2, a3], 'kept exactly as signed')
    t.equal(await refusal(sbot.append(a2)), 'nothing was refused', 'what is stored already is fine')
    ann.next(post('a4'))
    t.match(await refusal(sbot.append(ann.next(post('a5')))), /^gap: /, 'a gap is refused')
    const twin = writer()
    const first = twin.next(post('one'))
    const other = twin.fork(1, post('two'))
    await sbot.append(first)
    t.match(await refusal(sbot.append(other)), /^refused: fork/, 'a fork is refused')
    t.match(await refusal(sbot.append({} as SignedValue)), /^refused: /, 'nonsense is refused')
    t.equal(await sbot.head(writer().id), null, 'an unknown feed has no head')
  })

  test('hands over wanted authors only, each message once, and goes back', async (t, home) => {
    const { sbot } = home
    const [ann, ben] = [writer(), writer()]
    const boxed = (text: string) => ssbKeys.box({ type: 'post', text }, [sbot.id])
    for (let n = 1; n <= 5; n++) {
      await sbot.append(ann.next({ type: 'post', text: `ann ${n}` }))
      await sbot.append(ben.next(boxed(`ben ${n}`)))
    }
    const log = listen(home, [ann.id])
    await until('catching up', () => log.caughtUp === 1)
    t.deepEqual(texts(log.messages), ['ann 1', 'ann 2', 'ann 3', 'ann 4', 'ann 5'], 'old ones, wanted author')
    t.deepEqual(log.strangers, [], 'no old stranger')
    await sbot.append(ben.next(boxed('ben 6')))
    await until('the stranger', () => log.strangers.length === 1)
    t.deepEqual(texts(log.strangers), ['ben 6'], 'a live private message of a stranger')
    await sbot.append(ben.next({ type: 'post', text: 'ben 7, public' }))
    await sbot.append(ben.next(ssbKeys.box({ type: 'post', text: 'not for us' }, [writer().id])))
    log.wanted.add(ben.id)
    const going = log.recheck(ben.id)
    const during = sbot.append(ben.next(boxed('ben 9')))
    await Promise.all([going, during, log.recheck(ben.id)])
    await sbot.append(ben.next(boxed('ben 10')))
    await until('all of ben', () => log.messages.length === 15)
    const ofBen = log.messages.filter((message) => message.author === ben.id)
    t.deepEqual(
      ofBen.map((message) => message.sequence),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      'all of them, in order, once, live ones after the old',
    )
    t.deepEqual(
      ofBen.map((message) => message.private),
      [true, true, true, true, true, true, false, false, true, true],
      'and each says whether it was private for us',
    )
    t.equal(typeof ofBen[7]?.content, 'string', 'what is not for us stays boxed')
    t.equal(log.strangers.length, 1, 'no second stranger')
    t.equal(log.caughtUp, 1, 'caught up once')
    log.stop()
    await sbot.append(ben.next(boxed('late')))
    t.equal(log.messages.length, 15, 'a stopped reading is silent')
  })

  test('reads everything again after a restart', async (t, home) => {
    const { sbot } = home
    for (let n = 0; n < 30; n++) await sbot.publish({ type: 'post', text: `${n}` }, [sbot.id])
    await home.stop()
    // Opened from a copy: a stock server leaves some LevelDBs of its folder locked for as long as the process runs.
    const copy = temporaryFolder('again')
    cpSync(home.path, copy, { recursive: true })
    const again = await openHome(name, { networkKey: randomNetworkKey(), path: copy })
    const log = listen(again, [sbot.id])
    await until('catching up', () => log.caughtUp === 1)
    t.deepEqual(
      texts(log.messages),
      Array.from({ length: 30 }, (_, n) => `${n}`),
    )
    t.equal((await again.sbot.head(sbot.id))?.sequence, 30)
    t.notOk(again.sbot.gate.status().open, 'and does not write before it knows that its feed is whole')
    await again.remove()
  })
}

tape('db2 and classic: dial, peers and replication by request', async (t) => {
  const networkKey = randomNetworkKey()
  const [one, two] = [await openHome('db2', { networkKey }), await openHome('classic', { networkKey })]
  try {
    const seen: string[] = []
    two.sbot.onPeer((peer) => seen.push(`${peer.id === one.sbot.id} ${peer.outgoing}`))
    one.sbot.request(two.sbot.id, true)
    two.sbot.request(one.sbot.id, true)
    const [toOne, toTwo] = [listen(one, [two.sbot.id]), listen(two, [one.sbot.id])]
    const peer = await one.sbot.dial(two.address)
    t.equal(peer.id, two.sbot.id)
    t.ok(peer.outgoing)
    t.equal((await one.sbot.dial(two.address)).rpc, peer.rpc, 'a second dial gives the same connection')
    await until('the peer', () => seen.length > 0)
    t.deepEqual(seen, ['true false'])
    await one.sbot.publish({ type: 'post', text: 'from db2' }, [one.sbot.id, two.sbot.id])
    await two.sbot.publish({ type: 'post', text: 'from classic' }, [one.sbot.id, two.sbot.id])
    await until('both messages', () => toOne.messages.length === 1 && toTwo.messages.length === 1)
    t.deepEqual(texts([...toOne.messages, ...toTwo.messages]), ['from classic', 'from db2'])
    t.match(await refusal(one.sbot.dial('net:127.0.0.1:1~shs:AAAA')), /could not connect/)
    let closed = 0
    peer.onClose(() => closed++)
    await two.stop()
    await until('the end of the connection', () => closed === 1 && one.sbot.peers().length === 0)
    t.pass('the end of a connection is told')
  } finally {
    await one.remove()
    await two.remove()
  }
})
