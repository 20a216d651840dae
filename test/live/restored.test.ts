/** Goal: a provider from a backup commits nothing for a pub of which somebody may hold more than it, and says so. */
import { cpSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import test from 'tape'
import { Restored, writeRestored } from '../../plugin/io/restored'
import type { PubId } from '../../protocol/ids'
import { removeFolder, temporaryFolder } from '../helpers/machine'

test('a pub that lost messages, too, waits for its operator', async (t) => {
  const folder = temporaryFolder('restored')
  const said: string[] = []
  const log = (_level: string, fact: string) => void said.push(fact)
  const [alice, bob, carol] = ['a', 'b', 'c'].map((letter) => `%${letter.repeat(42)}A=.sha256` as PubId) as [
    PubId,
    PubId,
    PubId,
  ]
  const feed = ssbKeys.generate().id
  const nobody = { peers: () => [] } as never
  writeRestored(folder, {
    ...{ v: 1, restoredAt: 2, madeAt: 1, formerAddress: null, waiting: null },
    heads: { [feed]: 7 },
  })
  const first = new Restored(folder, log)
  t.ok(first.waitsFor(alice), 'before its own feed is whole everything waits')
  first.begin([alice, bob, carol])
  const one = new Restored(folder, log)
  t.ok(one.pending && one.waitsFor(carol), 'a restart forgets nothing')
  const comes = (pub: PubId, head: number, created = true) =>
    one
      .comeBack(nobody, {
        pub,
        name: 'alice',
        feed: pub === alice ? feed : ssbKeys.generate().id,
        head,
        created,
      })
      .then(
        () => 'back',
        (error: Error) => error.message,
      )
  t.match(await comes(alice, 0), /^refused: alice was put back to 0/, 'an empty pub whose feed is known')
  t.match(
    await comes(alice, 5),
    /nobody here knows how far its feed goes/,
    'one that has lost more than was on its way',
  )
  t.ok(one.waitsFor(alice))
  t.equal(await comes(alice, 6), 'back', 'its last message was on its way to it')
  t.match(await comes(bob, 0), /^refused/, 'an empty one that was made after the backup')
  t.equal(await comes(carol, 0, false), 'back', 'one that was just being made')
  one.vouch(bob, 'bob')
  t.notOk(one.pending, 'the operator’s word counts')
  t.notOk(existsSync(join(folder, 'restored.json')), 'and then all is as ever')
  t.ok(
    said.some((line) => /admin restore alice --yes/.test(line)),
    'the log says what to do',
  )
  cpSync(folder, `${folder}-bad`, { recursive: true })
  writeFileSync(join(`${folder}-bad`, 'restored.json'), '{"v":1}')
  t.throws(() => new Restored(`${folder}-bad`, log), /is damaged/, 'a damaged record is not taken for none')
  for (const path of [folder, `${folder}-bad`]) removeFolder(path)
  t.end()
})
