/**
 * Goal: the escrow keeps what it has acknowledged, gives it to nobody but the hub of the present epoch, and a lost or
 * absent recovery key loses nothing that a hub still holds. On real files, with the real boxes.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'tape'
import { Commits } from '../../plugin/io/commits'
import { Escrow } from '../../plugin/io/escrow'
import { Vault } from '../../plugin/io/vault'
import { pubIdOf } from '../../protocol/ids'
import { SEALED_SECRET_CHARS_MAX } from '../../protocol/limits'
import type { EscrowRequest } from '../../protocol/rpc-escrow'
import { type FeedSecret, makeFeedSecret, readFeedSecret } from '../../sbot/feed-secret'
import { makeBoxPair, sealTo } from '../../sbot/sealed-box'
import { removeFolder, temporaryFolder } from '../helpers/machine'
import { bob, feed, hub, key, plainLedger } from '../helpers/story'
import { recordOf, type Told, told } from '../helpers/story-change'

const PUB = pubIdOf(key('a request'))
const OTHER = pubIdOf(key('another request'))

/** What a hub does: seals the secret to the present key. */
function give(vault: Vault, secret: FeedSecret, pub = PUB): void {
  const { key: open } = vault.recovery
  vault.put(pub, secret.feed, open, sealTo(open, secret.text))
}

function within(t: test.Test, work: (folder: string) => void): void {
  const folder = temporaryFolder('vault')
  try {
    work(folder)
  } finally {
    removeFolder(folder)
  }
  t.end()
}

test('a secret is on disk when it is taken, and comes back after a restart', (t) =>
  within(t, (folder) => {
    const secret = makeFeedSecret()
    const vault = new Vault(folder)
    t.equal(vault.recovery.mode, 'automatic', 'a fresh provider can bring pubs back by itself')
    const { key: open } = vault.recovery
    give(vault, secret)
    give(vault, secret)
    t.ok(vault.holds(PUB), 'the same again is fine')
    const sealed = readdirSync(join(folder, 'escrow')).map((name) => join(folder, 'escrow', name))
    for (const path of [join(folder, 'recovery.json'), ...sealed]) {
      t.equal(statSync(path).mode & 0o777, 0o600, `${path.slice(folder.length)} is for its user only`)
      const half = JSON.parse(secret.text).private.slice(0, 40)
      t.notOk(readFileSync(path, 'utf8').includes(half), 'and holds no secret in the clear')
    }
    t.equal(new Vault(folder).take(PUB).text, secret.text, 'after a restart it is the same')
    t.throws(
      () => new Vault(folder).put(PUB, makeFeedSecret().feed, open, 'x'),
      /refused: this pub's feed is/,
    )
    t.throws(() => give(vault, secret, OTHER), /refused: that feed is another pub/)
    t.throws(() => vault.take(OTHER), /refused: this pub's key is not in escrow/)
  }))

test('what is no secret of the feed is not taken, and nothing of it is said', (t) =>
  within(t, (folder) => {
    const vault = new Vault(folder)
    const { key: open } = vault.recovery
    const [mine, others] = [makeFeedSecret(), makeFeedSecret()]
    const crossed = JSON.stringify({ ...JSON.parse(mine.text), private: JSON.parse(others.text).private })
    for (const text of ['', 'no secret', others.text, crossed, '{"id":1}', 'null'])
      t.throws(
        () => vault.put(PUB, mine.feed, open, sealTo(open, text)),
        /^Error: refused: what is sealed is not the/,
      )
    t.throws(() => vault.put(PUB, mine.feed, open, 'AAAA'), /refused/)
    t.throws(
      () => vault.put(PUB, mine.feed, open, 'A'.repeat(SEALED_SECRET_CHARS_MAX + 1)),
      /bad-argument: sealed/,
    )
    t.throws(() => vault.put(PUB, mine.feed, makeBoxPair().public, sealTo(open, mine.text)), /try-again/)
    t.equal(vault.feedOf(PUB), null, 'nothing is kept of all that')
    t.deepEqual(
      readFeedSecret(`# comments\n#of a stock server\n${mine.text}`),
      mine,
      'comments are no trouble',
    )
  }))

test('offline: secrets go in and do not come out until the key is brought', (t) =>
  within(t, (folder) => {
    const vault = new Vault(folder)
    const file = vault.reveal() ?? ''
    t.match(file, /^buttcloud-recovery-1 \S{44} \S{44}$/)
    t.throws(() => vault.goOffline('yes'), /nothing was removed/, 'not before somebody has it')
    vault.goOffline(`my key\n  ${file}\n`)
    const half = file.split(' ')[2] ?? ''
    t.notOk(
      readFileSync(join(folder, 'recovery.json'), 'utf8').includes(half),
      'the private half is off the disk',
    )
    t.equal(vault.reveal(), null)
    const secret = makeFeedSecret()
    const { key: open } = vault.recovery
    vault.put(PUB, secret.feed, open, sealTo(open, secret.text))
    const later = new Vault(folder)
    t.equal(later.recovery.mode, 'offline')
    t.throws(() => later.take(PUB), /refused: the recovery key is offline.*recovery online KEYFILE/)
    const [wrong, other] = [makeBoxPair(), makeBoxPair()]
    t.throws(() => later.bring(`buttcloud-recovery-1 ${wrong.public} ${other.private}`), /bad-argument/)
    t.throws(
      () => later.bring(`buttcloud-recovery-1 ${wrong.public} ${wrong.private}`),
      /nothing here is sealed to/,
    )
    t.throws(() => later.bring('my diary'), /bad-argument: expected a recovery key file/)
    later.bring(file)
    t.equal(later.recovery.mode, 'automatic')
    t.equal(later.take(PUB).text, secret.text)
  }))

test('a lost recovery key: a new one is sealed to, and the old one still opens what was missed', (t) =>
  within(t, (folder) => {
    const vault = new Vault(folder)
    const old = vault.reveal() ?? ''
    const secret = makeFeedSecret()
    give(vault, secret)
    t.throws(() => vault.replace(), /is here, so it is not lost/)
    vault.goOffline(old)
    vault.replace()
    t.equal(vault.recovery.mode, 'automatic')
    t.notOk(vault.holds(PUB), 'what was sealed to the lost one counts as missing: hubs seal it again')
    t.throws(() => vault.take(PUB), /sealed to a former recovery key/)
    t.equal(vault.bring(old), 1, 'found again, it opens that')
    t.equal(new Vault(folder).take(PUB).text, secret.text, 'sealed to the present one from now on')
    rmSync(join(folder, 'recovery.json'))
    const without = new Vault(folder)
    t.match(without.warning ?? '', /the recovery key is gone/, 'a key that vanished is told')
    t.notOk(without.holds(PUB))
    t.ok(existsSync(join(folder, 'recovery.json')))
    writeFileSync(join(folder, 'escrow', 'bc-0.json'), '{}')
    t.throws(() => new Vault(folder), /is damaged/)
  }))

test('what only a former key opens is kept beside what comes instead, until that key is found', (t) =>
  within(t, (folder) => {
    const vault = new Vault(folder)
    const old = vault.reveal() ?? ''
    const secret = makeFeedSecret()
    give(vault, secret)
    vault.goOffline(old)
    vault.replace()
    vault.goOffline(vault.reveal() ?? '')
    const { key: open } = vault.recovery
    vault.put(PUB, secret.feed, open, sealTo(open, 'rubbish of a hub'))
    t.ok(vault.holds(PUB), 'offline nobody can tell')
    const [former] = readdirSync(join(folder, 'escrow')).filter((name) => name.endsWith('.former'))
    t.equal(statSync(join(folder, 'escrow', former ?? '')).mode & 0o777, 0o600)
    const later = new Vault(folder)
    t.equal(later.bring(old), 1, 'the old key opens what was there')
    t.notOk(readFileSync(join(folder, 'escrow', former ?? ''), 'utf8').includes('private'))
    later.forget(PUB)
    t.deepEqual(readdirSync(join(folder, 'escrow')), [], 'nothing stays of a pub that is gone')
  }))

test('the secret that was laid aside comes out once a key is there', (t) =>
  within(t, (folder) => {
    const vault = new Vault(folder)
    const old = vault.reveal() ?? ''
    const secret = makeFeedSecret()
    give(vault, secret)
    vault.goOffline(old)
    vault.replace()
    const present = vault.reveal() ?? ''
    vault.goOffline(present)
    const { key: open } = vault.recovery
    vault.put(PUB, secret.feed, open, sealTo(open, 'rubbish of a hub'))
    vault.bring(present)
    t.throws(() => vault.take(PUB), /not the secret of/)
    t.equal(vault.bring(old), 1)
    t.equal(vault.take(PUB).text, secret.text)
  }))

interface Asked {
  one: Told
  vault: Vault
  escrow: Escrow
  secret: FeedSecret
  request: EscrowRequest
  lines: string[]
}

/** alice's pub is placed on the hub under epoch 1 and has no feed yet. */
function asked(folder: string): Asked {
  const one = told()
  one.story.state.authors.get(hub)?.feeds.clear()
  const vault = new Vault(folder)
  const lines: string[] = []
  const inbox = { state: one.story.state, folded: async () => true, wantPub: async () => {} }
  const commits = new Commits({} as never, inbox as never, plainLedger, async () => {}, vault)
  const note = (_level: string, fact: string, more?: object) =>
    void lines.push(`${fact} ${JSON.stringify(more)}`)
  const escrow = new Escrow(vault, commits, async () => {}, note)
  const secret = makeFeedSecret()
  const { key: open } = vault.recovery
  const { pub } = recordOf(one)
  const request = { pub, epoch: 1, feed: secret.feed, key: open, sealed: sealTo(open, secret.text) }
  return { one, vault, escrow, secret, request, lines }
}

const said = (work: Promise<unknown>): Promise<unknown> => work.catch((error: Error) => error.message)

test('a hub puts a secret in once and may ask as often as it likes; odd questions get sentences', async (t) => {
  const folder = temporaryFolder('vault')
  const { escrow, secret, request } = asked(folder)
  const { pub, key: open } = request
  try {
    t.deepEqual(await escrow.secret(hub, { pub, epoch: 1 }), { feed: null, secret: null }, 'it never had one')
    for (const odd of [
      undefined,
      null,
      7,
      'x',
      [],
      {},
      { pub },
      { ...request, feed: 3 },
      { ...request, sealed: {} },
    ])
      t.match(String(await said(escrow.escrow(hub, odd))), /^(bad-argument|unknown|stale-epoch):/)
    t.deepEqual(await escrow.escrow(hub, { ...request, sealed: null, key: null }), { held: false, key: open })
    t.deepEqual(await escrow.escrow(hub, request), { held: true, key: open })
    t.deepEqual(await escrow.escrow(hub, request), { held: true, key: open }, 'twice')
    const former = makeBoxPair().public
    t.deepEqual(await escrow.escrow(hub, { ...request, key: former }), { held: true, key: open })
    t.match(String(await said(escrow.escrow(hub, { ...request, feed: makeFeedSecret().feed }))), /^refused:/)
    t.deepEqual(await escrow.secret(hub, { pub, epoch: 1 }), { feed: secret.feed, secret: secret.text })
  } finally {
    removeFolder(folder)
  }
})

test('only the hub of the present epoch puts a secret in and gets it back', async (t) => {
  const folder = temporaryFolder('vault')
  const { one, vault, escrow, secret, request, lines } = asked(folder)
  const { pub } = request
  const { story } = one
  try {
    for (const stranger of [bob, feed('another hub')]) {
      t.match(String(await said(escrow.escrow(stranger, request))), /^unknown:/)
      t.match(String(await said(escrow.secret(stranger, { pub, epoch: 1 }))), /^unknown:/)
    }
    await escrow.escrow(hub, request)
    story.tells(story.state.provider.id, { ...recordOf(one), epoch: 2 })
    t.match(String(await said(escrow.secret(hub, { pub, epoch: 1 }))), /^stale-epoch:/)
    t.match(String(await said(escrow.escrow(hub, request))), /^stale-epoch:/)
    story.tells(story.state.provider.id, { ...recordOf(one), epoch: 3, hub: bob, feed: secret.feed })
    t.match(String(await said(escrow.secret(hub, { pub, epoch: 3 }))), /^unknown:/, 'nor the former hub')
    t.deepEqual(await escrow.secret(bob, { pub, epoch: 3 }), { feed: secret.feed, secret: secret.text })
    vault.forget(pub)
    t.match(String(await said(escrow.secret(bob, { pub, epoch: 3 }))), /^refused: this pub is @.*backup/)
    const half = JSON.parse(secret.text).private.slice(0, 40)
    t.equal(lines.length, 2, 'each way in and out is logged')
    t.notOk(lines.join().includes(half), 'without the secret')
  } finally {
    removeFolder(folder)
  }
})

test('a feed that a hub only named, and never sealed a key of, binds nobody after it', async (t) => {
  const folder = temporaryFolder('vault')
  const { one, escrow, request } = asked(folder)
  const { story } = one
  const { pub, key: open } = request
  try {
    await escrow.escrow(hub, { ...request, sealed: null, key: null })
    story.tells(story.state.provider.id, { ...recordOf(one), epoch: 2, hub: bob, feed: null })
    t.deepEqual(await escrow.secret(bob, { pub, epoch: 2 }), { feed: null, secret: null }, 'it has none yet')
    const secret = makeFeedSecret()
    const sealed = sealTo(open ?? '', secret.text)
    t.deepEqual(await escrow.escrow(bob, { pub, epoch: 2, feed: secret.feed, key: open, sealed }), {
      held: true,
      key: open,
    })
    t.equal((await escrow.secret(bob, { pub, epoch: 2 })).feed, secret.feed, 'and starts with its own')
  } finally {
    removeFolder(folder)
  }
})

test('a pub that is known by a feed takes no other key', async (t) => {
  const folder = temporaryFolder('vault')
  const { one, escrow, request } = asked(folder)
  one.story.state.authors.get(hub)?.feeds.set(request.pub, feed('pub of alice'))
  t.match(String(await said(escrow.escrow(hub, request))), /^refused: this pub's feed is @/)
  t.match(
    String(await said(escrow.secret(hub, request))),
    /^refused: this pub is @.*neither on its server nor in/,
  )
  removeFolder(folder)
})
