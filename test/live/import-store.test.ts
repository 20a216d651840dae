/**
 * Goal: what is brought is checked, stored and made a pub's, whatever happens between two steps; what does not fit leaves
 * nothing. On a real log, with the parts of the provider that it takes.
 */
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import test from 'tape'
import { Imports } from '../../plugin/io/imports'
import type { Inbox } from '../../plugin/io/inbox'
import { Tables } from '../../plugin/io/tables'
import { Vault } from '../../plugin/io/vault'
import { type FeedId, type PubId, pubIdOf } from '../../protocol/ids'
import { IMPORT_KEPT_MS, IMPORTS_MAX } from '../../protocol/limits-import'
import { initialState } from '../../protocol/state'
import { type Clock, realClock } from '../../sbot/loop'
import type { Sbot } from '../../sbot/port'
import { sealTo } from '../../sbot/sealed-box'
import { openNode } from '../../sbot/stacks'
import { feedOf, secretOf } from '../helpers/import-archive'
import { randomNetworkKey, removeFolder, temporaryFolder } from '../helpers/machine'
import { filesWith, formsOf } from '../helpers/secret-scan'
import { alice, bob, feed as feedNamed, key } from '../helpers/story'

const posts = (count: number, said = 'x'): object[] =>
  Array.from({ length: count }, (_none, index) => ({ type: 'post', text: `${said} ${index}` }))
const PUB = pubIdOf(key('request one'))
const OTHER = pubIdOf(key('request two'))

interface Ground {
  imports: Imports
  vault: Vault
  sbot: Sbot
  folder: string
  /** The same again on the same folder, as after a crash. */
  again(): Imports
  later(ms: number): void
  end(): Promise<void>
}

async function open(): Promise<Ground> {
  const path = temporaryFolder('import-store')
  const networkKey = randomNetworkKey()
  const node = await openNode({ path, kind: 'provider', unixSocket: false, networkKey })
  const folder = join(path, 'imports')
  const vault = new Vault(path)
  const tables = new Tables(path, () => Date.now())
  const state = initialState(node.sbot.id)
  for (const owner of [alice, bob]) state.provider.owners.add(owner)
  let ahead = 0
  const clock: Clock = { now: () => Date.now() + ahead, after: realClock.after }
  const running: Imports[] = []
  const again = (): Imports => {
    const inbox = { state } as unknown as Inbox
    const one = new Imports({ ...{ folder, sbot: node.sbot, inbox, tables, vault, clock }, log: () => {} })
    running.push(one)
    return one
  }
  return {
    ...{ imports: again(), vault, sbot: node.sbot, folder, again },
    later: (ms) => {
      ahead += ms
    },
    async end() {
      for (const one of running) one.stop()
      await node.close()
      removeFolder(path)
    },
  }
}

const wishOf = (keys: any, values: any[]) => {
  const bytes = Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''))
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { wish: { name: 'garden', feed: keys.id, bytes: bytes.length, sha256 }, bytes }
}

async function bring(imports: Imports, by: FeedId, keys: any, values: any[]): Promise<string> {
  const { wish, bytes } = wishOf(keys, values)
  const { at } = await imports.open(by, wish)
  const rest = bytes.subarray(at)
  for (let from = 0; from < rest.length; from += 50_000) {
    const data = rest.subarray(from, from + 50_000).toString('base64')
    await imports.write(by, { at: at + from, data })
  }
  for (;;) if ((await imports.commit(by, { secret: secretOf(keys) })).kind === 'checked') break
  return imports.brought().get(by)?.upload ?? ''
}

const why = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'it was taken',
    (error: Error) => error.message,
  )

test('stored whole and once, also when a crash comes between any two steps', async (t) => {
  const ground = await open()
  const { sbot, vault } = ground
  const keys = ssbKeys.generate()
  const values = feedOf(keys, posts(333))
  const { wish, bytes } = wishOf(keys, values)
  await ground.imports.open(alice, wish)
  await ground.imports.write(alice, { at: 0, data: bytes.subarray(0, 1_000).toString('base64') })
  const second = ground.again()
  t.deepEqual(await second.open(alice, wish), { at: 1_000 }, 'a cut upload goes on')
  t.equal(second.brought().size, 0, 'what is not whole counts for nothing')
  const upload = await bring(second, alice, keys, values)
  t.deepEqual(
    [...ground.again().brought()].map(([by, { name, feed, messages }]) => [by, name, feed, messages]),
    [[alice, 'garden', keys.id, 333]],
    'what is checked outlives a crash',
  )
  const lying = filesWith(ground.folder, (text) =>
    formsOf(keys.private.replace('.ed25519', '')).some((form) => text.includes(form)),
  )
  t.deepEqual(lying, [], 'no file holds the key pair in the clear')
  // It fell after the key and some messages were stored.
  const { key: present } = vault.recovery
  vault.put(PUB, keys.id, present, sealTo(present, secretOf(keys).replace(/^#.*\n/, '')))
  for (const value of values.slice(0, 70)) await sbot.append(value)
  const third = ground.again()
  t.equal(await third.store(PUB, alice, upload), keys.id)
  t.equal((await sbot.head(keys.id))?.sequence, 333, 'all of it is in the log')
  t.equal(await third.store(PUB, alice, upload), keys.id, 'the same again is fine')
  t.equal(vault.take(PUB).feed, keys.id, 'the key can be given to its hub')
  t.equal(await third.store(OTHER, alice, upload), keys.id, 'a request that came to nothing leaves no lock')
  t.deepEqual([vault.feedOf(PUB), vault.feedOf(OTHER)], [null, keys.id])
  await ground.end()
  t.end()
})

test('what does not fit is refused with a sentence, and leaves nothing', async (t) => {
  const ground = await open()
  const { imports, sbot, vault, folder } = ground
  const keys = ssbKeys.generate()
  const values = feedOf(keys, posts(120))
  const other = feedOf(ssbKeys.generate(), posts(3))
  const wrong: [string, any[], RegExp][] = [
    ['a gap', [...values.slice(0, 50), ...values.slice(51)], /message 51 is missing/],
    ['somebody else’s message', [...values.slice(0, 3), other[2]], /message 4 is not of/],
    ['a word changed', [...values.slice(0, 9), { ...values[9], timestamp: 1 }], /its signature is wrong/],
    ['no message', [null], /message 1 is no message/],
    ['text', ['x'], /message 1 is no/],
  ]
  for (const [what, list, sentence] of wrong) {
    t.match(await why(bring(imports, alice, keys, list)), sentence, what)
    t.deepEqual([imports.brought().size, readdirSync(folder)], [0, []], 'nothing is left')
  }
  t.match(await why(bring(imports, feedNamed('oscar'), keys, values)), /^refused: I know only/)
  const person = ssbKeys.generate()
  const { state } = (imports as unknown as { on: { inbox: Inbox } }).on.inbox
  state.provider.owners.add(person.id)
  const { wish } = wishOf(person, feedOf(person, posts(1)))
  t.deepEqual(await imports.open(bob, wish), { at: 0 }, 'whom we know is told to nobody without their key')
  t.match(await why(imports.commit(bob, { secret: secretOf(keys) })), /that key pair is not the one of/)
  t.match(await why(imports.commit(bob, { secret: secretOf(person) })), /is the feed of a person or a server/)
  t.deepEqual(readdirSync(folder), [])
  for (const value of values.slice(0, 100)) await sbot.append(value)
  const shorter = await bring(imports, alice, keys, values.slice(0, 80))
  t.equal(await imports.store(PUB, alice, shorter), keys.id, 'we hold more than the file: that stays')
  t.equal((await sbot.head(keys.id))?.sequence, 100)
  vault.forget(PUB)
  const twin = [...values.slice(0, 60), ...twinOf(keys, values.slice(0, 60))]
  const forked = await bring(imports, bob, keys, twin)
  t.match(await why(imports.store(PUB, bob, forked)), /message 61 of this feed is another one here.*forked/)
  t.equal((await sbot.head(keys.id))?.sequence, 100)
  t.match(await why(imports.store(PUB, alice, forked)), /uploaded anew meanwhile/, 'nobody else’s upload')
  await ground.end()
  t.end()
})

/** What a second copy of the pub would have written after these. */
function twinOf(keys: any, before: any[]): any[] {
  const contents = [...before.map((value) => value.content), ...posts(30, 'twin')]
  return feedOf(keys, contents).slice(before.length)
}

test('uploads are few, and go by themselves', async (t) => {
  const ground = await open()
  const { imports, vault } = ground
  const people = Array.from({ length: IMPORTS_MAX }, (_none, index) => feedNamed(`p${index}`))
  const keys = ssbKeys.generate()
  const { wish } = wishOf(keys, feedOf(keys, posts(2)))
  const inbox = (imports as unknown as { on: { inbox: Inbox } }).on.inbox
  for (const person of people) {
    inbox.state.provider.owners.add(person)
    t.deepEqual(await imports.open(person, wish), { at: 0 })
  }
  t.match(await why(imports.open(alice, wish)), /^try-again: 8 pubs are being brought/)
  ground.later(IMPORT_KEPT_MS + 60_000)
  t.deepEqual(await imports.open(alice, wish), { at: 0 }, 'an hour later there is room')
  t.match(await why(imports.write(people[0] as FeedId, { at: 0, data: 'aaaa' })), /^unknown:/)
  const file = vault.reveal() ?? ''
  vault.goOffline(file)
  t.match(await why(imports.open(bob, wish)), /^refused: my recovery key is offline/)
  const pub: PubId = PUB
  t.equal(vault.feedOf(pub), null)
  await ground.end()
  t.end()
})
