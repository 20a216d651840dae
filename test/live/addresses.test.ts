/** Goal: nobody guesses a code, nobody's mailbox is filled through us, and what is kept stays bounded and is found again. */
import { createHash } from 'node:crypto'
import { appendFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'tape'
import { Addresses, type Code } from '../../plugin/io/addresses'
import type { FeedId } from '../../protocol/ids'
import {
  EMAIL_CODE_AGAIN_MS,
  EMAIL_CODE_EXPIRES_MS,
  EMAIL_CODES_IN_ALL_PER_HOUR_MAX,
  EMAIL_CODES_KEPT_MS,
  EMAIL_CODES_PER_ADDRESS_PER_DAY_MAX,
  EMAIL_CODES_PER_HOUR_MAX,
  EMAIL_TRIES_MAX,
  PAYER_RECEIPTS_MAX,
} from '../../protocol/limits-mail'
import { createSecretBox } from '../../sbot/secret-box'
import { type HandClock, handClock } from '../helpers/hand-clock'
import { removeFolder, temporaryFolder } from '../helpers/machine'
import { alice, bob, feed } from '../helpers/story'

const HOUR_MS = 3_600_000
const boxOf = (name: string) =>
  createSecretBox({ private: createHash('sha512').update(name).digest('base64') }, 'mail')

interface World {
  folder: string
  clock: HandClock
  addresses: Addresses
  /** As after a restart. */
  again(): Addresses
}

function story(title: string, tell: (t: test.Test, world: World) => void): void {
  test(title, (t) => {
    const folder = temporaryFolder('addresses')
    const clock = handClock(Date.UTC(2030, 0, 1))
    const again = () => new Addresses(folder, boxOf('us'), () => clock.now())
    tell(t, { folder, clock, addresses: again(), again })
    removeFolder(folder)
    t.end()
  })
}

function begun(addresses: Addresses, owner: FeedId, address: string): Code {
  const code = addresses.begin(owner, address)
  if (code === 'too-many') throw new Error('too many')
  return code
}

const otherThan = (code: string): string => (code === '000000' ? '000001' : '000000')

story(
  'a code: wrong tries, too late, only the last one, and once more after a crash',
  (t, { addresses, clock, again }) => {
    const first = begun(addresses, alice, 'alice@example.org')
    t.match(first.code, /^\d{6}$/)
    t.notOk(first.name.includes(first.code))
    t.equal(addresses.of({ kind: 'owner', owner: alice }), null, 'not before it is confirmed')
    t.equal(addresses.confirm(bob, first.code), 'no-code', "bob's it is not")
    for (let tries = 1; tries < EMAIL_TRIES_MAX; tries += 1)
      t.equal(again().confirm(alice, otherThan(first.code)), 'wrong-code')
    const still = again()
    t.equal(
      still.confirm(alice, `${first.code.slice(0, 3)} ${first.code.slice(3)}`),
      'confirmed',
      'the last try is right',
    )
    t.equal(still.of({ kind: 'owner', owner: alice }), 'alice@example.org')
    t.equal(again().confirm(alice, first.code), 'confirmed', 'what was asked before a crash is asked again')
    clock.pass(EMAIL_CODE_AGAIN_MS)
    t.equal(again().confirm(alice, first.code), 'no-code')

    const second = begun(still, alice, 'new@example.org')
    const third = begun(still, alice, 'newer@example.org')
    if (second.code !== third.code)
      t.equal(still.confirm(alice, second.code), 'wrong-code', 'only the last one counts')
    t.equal(still.of({ kind: 'owner', owner: alice }), 'alice@example.org', 'the old one until then')
    for (let tries = 1; tries < EMAIL_TRIES_MAX; tries += 1) still.confirm(alice, otherThan(third.code))
    t.equal(still.confirm(alice, third.code), 'no-code', 'void after so many')
    clock.pass(HOUR_MS)
    const last = begun(still, alice, 'last@example.org')
    clock.pass(EMAIL_CODE_EXPIRES_MS - 1)
    t.equal(still.state(alice).codeWaits, true)
    clock.pass(1)
    t.equal(still.state(alice).codeWaits, false)
    t.equal(still.confirm(alice, last.code), 'no-code', 'too late')
  },
)

story('codes of one owner within an hour', (t, { addresses, clock, again }) => {
  for (let count = 1; count <= EMAIL_CODES_PER_HOUR_MAX; count += 1)
    t.notEqual(addresses.begin(alice, `a${count}@example.org`), 'too-many', `${count}`)
  t.equal(addresses.begin(alice, 'one@more.example'), 'too-many')
  t.equal(addresses.forget(alice), 'forgotten')
  t.equal(addresses.begin(alice, 'one@more.example'), 'too-many', 'forgetting does not reset it')
  t.equal(again().begin(alice, 'one@more.example'), 'too-many', 'nor does a restart')
  t.notEqual(addresses.begin(bob, 'bob@example.org'), 'too-many', 'bob is not concerned')
  clock.pass(HOUR_MS)
  t.notEqual(addresses.begin(alice, 'one@more.example'), 'too-many')
})

story('codes to one address within a day, whoever asks, and in all', (t, { addresses, clock, again }) => {
  for (let count = 0; count < EMAIL_CODES_PER_ADDRESS_PER_DAY_MAX; count += 1)
    t.notEqual(addresses.begin(feed(`friend ${count}`), 'Victim@example.org'), 'too-many')
  t.equal(addresses.begin(bob, 'victim@Example.org'), 'too-many', 'however it is written')
  clock.pass(EMAIL_CODES_KEPT_MS - 1)
  t.equal(again().begin(bob, 'victim@example.org'), 'too-many')
  clock.pass(1)
  t.notEqual(again().begin(bob, 'victim@example.org'), 'too-many')
  const left = EMAIL_CODES_IN_ALL_PER_HOUR_MAX - 1
  let sent = 0
  const fresh = again()
  for (let count = 0; count < left + 5; count += 1)
    if (fresh.begin(feed(`many ${count}`), `m${count}@example.org`) !== 'too-many') sent += 1
  t.equal(sent, left, `${EMAIL_CODES_IN_ALL_PER_HOUR_MAX} an hour in all`)
})

story(
  'what is over is cleared away; what another secret sealed is left alone',
  (t, { addresses, clock, folder, again }) => {
    begun(addresses, alice, 'alice@example.org')
    const kept = begun(addresses, bob, 'bob@example.org')
    addresses.confirm(bob, kept.code)
    addresses.notePayer('cus_1', 'carol@example.org')
    addresses.notePayer('cus_1', null)
    addresses.notePayer('cus_1', 'no address')
    clock.pass(EMAIL_CODES_KEPT_MS)
    const later = again()
    t.equal(readdirSync(folder).length, 2, 'alice never confirmed hers')
    t.deepEqual(later.counts(), { owners: 1, payers: 1 })
    t.equal(later.of({ kind: 'payer', customer: 'cus_1' }), 'carol@example.org')
    for (let count = 0; count <= PAYER_RECEIPTS_MAX; count += 1) later.noteReceipt('cus_1', `in_${count}`)
    t.equal(later.receiptsOf('cus_1').length, PAYER_RECEIPTS_MAX)
    t.notOk(later.receiptsOf('cus_1').includes('in_0'), 'the oldest goes')
    const strange = new Addresses(folder, boxOf('somebody else'), () => clock.now())
    t.equal(strange.unreadable, 2)
    t.equal(strange.of({ kind: 'owner', owner: bob }), null)
    writeFileSync(join(folder, 'odd.box'), 'AAAA')
    appendFileSync(join(folder, readdirSync(folder).find((name) => name !== 'odd.box') ?? ''), 'AA')
    t.ok(again().unreadable >= 1, 'what is damaged is told, and the others are read')
    t.equal(readdirSync(folder).length, 3, 'and nothing of it is removed')
  },
)
