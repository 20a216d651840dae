/** Goal: whatever is wrong with what is left of a pub is found before anything is sent, with a sentence. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import test from 'tape'
import { openArchive } from '../../cli/io/archive'
import { readOwnFeed } from '../../cli/io/import-feed'
import { feedOf, logOf, secretOf, writeFolder, writeTar } from '../helpers/import-archive'
import { removeFolder, temporaryFolder } from '../helpers/machine'

const keys = ssbKeys.generate()
const other = ssbKeys.generate()
const address = { host: '127.0.0.1', port: 8108, key: keys.id }
const posts = (count: number): object[] =>
  Array.from({ length: count }, (_none, index) => ({ type: 'post', text: `ümläut ${index} 🏡` }))
const mine = feedOf(keys, posts(30))
const theirs = feedOf(other, [
  { type: 'pub', address },
  { type: 'post', text: `about ${keys.id}` },
])
const about = { v: 1, name: 'alice', feed: keys.id }
const whole = { secret: secretOf(keys), log: logOf([...theirs, ...mine]), about, gossip: [address] }

const read = async (path: string) => {
  const archive = await openArchive(path)
  return { archive, own: await readOwnFeed(archive) }
}
const why = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'it was taken',
    (error: Error) => error.message,
  )

test('an archive and a folder are read alike: name, feed, key pair, and where it listened', async (t) => {
  const folder = temporaryFolder('import-archive')
  for (const path of [writeTar(join(folder, 'a.tar'), whole), writeFolder(join(folder, 'f'), whole)]) {
    const { archive, own } = await read(path)
    t.deepEqual([archive.name, archive.secret.feed], ['alice', keys.id])
    t.deepEqual(
      own.lines.map((line) => JSON.parse(line)),
      mine,
      'its own messages and nobody else’s, as they were signed',
    )
    t.equal(own.chain.head.sequence, 30)
    t.deepEqual(own.addresses, [address, address])
  }
  const cut = writeFolder(join(folder, 'cut'), whole)
  const log = join(cut, 'flume/log.offset')
  truncateSync(log, readFileSync(log).length - 7)
  t.equal((await read(cut)).own.lines.length, 29, 'a last record that a crash left half is none')
  removeFolder(folder)
  t.end()
})

test('what is not whole, not sound or not of one pub is refused with a sentence', async (t) => {
  const folder = temporaryFolder('import-archive')
  let count = 0
  const tar = (more: object): string => {
    count += 1
    return writeTar(join(folder, `${count}.tar`), { ...whole, ...more })
  }
  const forged = { ...mine[10], content: { type: 'post', text: 'never said' } }
  const withOne = (value: object) => logOf([...mine.slice(0, 10), value, ...mine.slice(11)])
  const cases: [string, string, RegExp][] = [
    ['no file', join(folder, 'none.tar'), /There is no /],
    ['no key pair', tar({ secret: null }), /holds no key pair/],
    ['no log', tar({ log: null }), /holds no flume\/log\.offset/],
    ['a key pair of two', tar({ secret: secretOf({ ...keys, id: other.id }) }), /do not belong together/],
    [
      'somebody else’s key pair',
      tar({ secret: secretOf(other) }),
      /is of @.*, and the key pair in it is of @/,
    ],
    [
      'the same without its note',
      tar({ secret: secretOf(ssbKeys.generate()), about: null }),
      /no message of/,
    ],
    ['a gap', tar({ log: logOf(mine.filter((_one, index) => index !== 10)) }), /message 11 is missing/],
    ['another’s words', tar({ log: withOne(forged) }), /message 11 is not sound: its signature is wrong/],
    ['no beginning', tar({ log: logOf(mine.slice(3)) }), /message 1 is missing/],
  ]
  for (const [what, path, sentence] of cases) t.match(await why(read(path)), sentence, what)

  const cut = tar({})
  truncateSync(cut, readFileSync(cut).length - 3_000)
  t.match(await why(read(cut)), /is cut off/)
  const text = tar({})
  writeFileSync(text, 'x'.repeat(5_000))
  t.match(await why(read(text)), /is no tar archive/)
  const bytes = readFileSync(tar({}))
  const at = bytes.indexOf(mine[20].signature)
  let wrong = 0
  for (let bit = 0; bit < 8; bit += 1) {
    const copy = Buffer.from(bytes)
    copy[at + 5] = (copy[at + 5] ?? 0) ^ (1 << bit)
    const path = join(folder, `bit-${bit}.tar`)
    writeFileSync(path, copy)
    if (/message 21 is not sound|no JSON/.test(await why(read(path)))) wrong += 1
  }
  t.equal(wrong, 8, 'one spoilt bit, whichever')
  for (const name of ['length', 'position']) {
    const copy = Buffer.from(bytes)
    const start = copy.indexOf('{"key"') - 4
    const found = name === 'length' ? start + 1 : start + 4 + copy.readUInt32BE(start) + 4
    copy[found] = (copy[found] ?? 0) ^ 1
    const path = join(folder, `${name}.tar`)
    writeFileSync(path, copy)
    t.match(await why(read(path)), /is damaged at its byte 0/, name)
  }
  removeFolder(folder)
  t.end()
})
