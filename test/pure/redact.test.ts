/**
 * Goal: whatever is logged, by whatever path it comes, no key, seed, invite, Stripe key or link, password or mail address
 * is in the line; and what is public stays readable.
 */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import test from 'tape'
import { parseInviteCode } from '../../cli/invite-code'
import { LOG_TEXT_CHARS_MAX } from '../../protocol/limits-log'
import { redactText, redactValue } from '../../protocol/redact'
import { createLog } from '../../sbot/log'
import { alice, key, provider } from '../helpers/story'

const bytes = (text: string, count: number): Buffer => {
  const parts: Buffer[] = []
  for (let at = 0; parts.length * 32 < count; at++)
    parts.push(createHash('sha256').update(`${text} ${at}`).digest())
  return Buffer.concat(parts).subarray(0, count)
}
const seeded = fc.integer().map(String)
const word = fc.stringMatching(/^[a-z]{4,12}$/)

/** A secret as it is written, and the part of it that must be nowhere. */
interface Secret {
  written: string
  hidden: string
}
const whole = (written: string): Secret => ({ written, hidden: written })

const base64 = seeded.map((seed) => bytes(seed, 32).toString('base64'))
const secret: fc.Arbitrary<Secret> = fc.oneof(
  seeded.map((seed) => whole(`${bytes(seed, 64).toString('base64')}.ed25519`)),
  seeded.map((seed) => whole(bytes(seed, 64).toString('base64'))),
  base64.map(whole),
  seeded.map((seed) => whole(bytes(seed, 32).toString('hex'))),
  seeded.map((seed) => whole(bytes(seed, 64).toString('hex').toUpperCase())),
  fc
    .tuple(word, base64)
    .map(([host, seed]) => ({ written: `${host}.example.org:8008:${alice}~${seed}`, hidden: seed })),
  fc.tuple(word, base64).map(([host, seed]) => ({
    written: `net:${host}.example:8008~shs:${alice.slice(1, 45)}:${seed}`,
    hidden: seed,
  })),
  fc
    .tuple(fc.constantFrom('sk_live_', 'sk_test_', 'rk_live_', 'whsec_', 'cs_test_', 'cs_live_'), word)
    .map(([kind, id]) => whole(`${kind}51${id}XyZ`)),
  word.map((id) => whole(`https://checkout.stripe.com/c/pay/cs_test_${id}#fidkdWxOYHwnPyd1`)),
  word.map((id) => whole(`https://billing.stripe.com/p/session/test_${id}`)),
  word.map((id) => ({ written: `http://127.0.0.1:4242/c/pay/${id}`, hidden: `/${id}` })),
  fc.tuple(word, word).map(([name, host]) => whole(`${name}.${name}+pub@${host}.example`)),
  fc.tuple(word, word).map(([name, host]) => whole(`${name}@mail.${host}.co.uk`)),
  fc
    .tuple(word, word)
    .map(([user, pass]) => ({ written: `smtps://${user}:${pass}9@mail.example.org`, hidden: `${pass}9` })),
  word.map((code) => ({ written: `https://pubs.example.org/portal?token=${code}7`, hidden: `${code}7` })),
)

/** What may stand around it, as in a sentence or in somebody's JSON; an id's sigil right before a key makes it an id. */
const before = fc.oneof(
  fc.constantFrom('', ' ', '"', '(', 'key=', 'told: ', '\n', '{"a":"', '<', '`', 'refused: 550 5.1.1 <'),
  fc.string().map((text) => `${text.replace(/[@%&:/.+\w-]$/u, '')} `),
)
const after = fc.oneof(
  fc.constantFrom('', ' ', '"', ')', ', and on', '\n', '"}', '>', '`', '. More'),
  fc.string().map((text) => ` ${text}`),
)

const PATHS: ((text: string) => [fields: object, line: string])[] = [
  (text) => [{}, text],
  (text) => [{ reason: text }, 'a fact'],
  (text) => [{ [text]: 1 }, 'a fact'],
  (text) => [{ one: { two: [{ three: text }] } }, 'a fact'],
  (text) => [{ error: new Error(text) }, 'a fact'],
  (text) => [{ error: new Error('trouble', { cause: new Error(text) }) }, 'a fact'],
  (text) => [new Error(text), 'a fact'],
  (text) => [{ list: new Map([[text, text]]) }, 'a fact'],
  (text) => [{ when: { toJSON: () => ({ text }) } }, 'a fact'],
  (text) => [{ raw: Buffer.from(text) }, 'a fact'],
  (text) => [[text], 'a fact'],
]

test('redact: no secret comes through, by whatever path', (t) => {
  const property = fc.property(
    secret,
    before,
    after,
    fc.constantFrom(...PATHS),
    ({ written, hidden }, first, last, path) => {
      const lines: string[] = []
      createLog('hub', {}, (line) => lines.push(line)).info(...path(`${first}${written}${last}`))
      return lines.length === 1 && !lines.some((line) => line.includes(hidden) || /[\r\n]/.test(line))
    },
  )
  fc.assert(property, { numRuns: 3_000 })
  t.pass('three thousand secrets')
  t.end()
})

test('redact: what is public stays', (t) => {
  const lines = [
    `connected to the provider (provider=${provider})`,
    `answer ${key('a request').slice(0, 9)}: done`,
    `a pub waits for the provider (pub=${key('a request')})`,
    '&bG9uZ2xvbmdsb25nbG9uZ2xvbmdsb25nbG9uZ2xvbmc=.sha256',
    `net:pubs.example.org:8008~shs:${alice.slice(1, 45)}`,
    'could not listen on 127.0.0.1:8010 for the pages: EADDRINUSE',
    'the image sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 is there',
    'the sweep found sub_1PxA and evt_1QxB of cus_1RxC, invoice in_1SxD',
    'figures are shown at http://127.0.0.1:9610/metrics',
    'at Object.<anonymous> (/opt/buttcloud/node_modules/@scope/package/lib/index.js:12:3)',
    'upgrade to prom-client@15.1.3 done at 12:30',
    'see docs/OPERATORS.md, "Charging money"',
    'create alice (epoch 1, port 8100)',
  ]
  for (const line of lines) t.equal(redactText(line), line)
  t.end()
})

test('redact: what stands instead says what it was', (t) => {
  const seed = bytes('seed', 32).toString('base64')
  const invite = `pubs.example.org:8008:${alice}~${seed}`
  t.ok(parseInviteCode(invite) !== null, 'an invite as people get it')
  t.equal(redactText(`made \`${invite}\` for bob`), 'made `[invite]` for bob')
  t.equal(redactText('550 <carol@example.org> unknown'), '550 <[address]> unknown')
  t.equal(redactText('a key sk_live_abc123'), 'a key [stripe]')
  t.equal(redactText('https://checkout.stripe.com/c/pay/cs_test_a#b now'), '[link] now')
  t.equal(redactText('smtp://joe:pass@mail.example:25'), 'smtp://[login]@mail.example:25')
  t.equal(redactText('GET https://a.example/x?y=z#w'), 'GET https://a.example/x?[cut]')
  t.equal(
    redactText(redactText(`${invite} carol@example.org ${seed}`)),
    '[invite] [address] [secret]',
    'also twice',
  )
  t.deepEqual(redactValue({ password: 'short', token: null, deep: { Authorization: 7 } }), {
    password: '[secret]',
    token: null,
    deep: { Authorization: '[secret]' },
  })
  t.end()
})

test('redact: odd things are logged too, and end nothing', (t) => {
  const round: Record<string, unknown> = { name: 'round' }
  round.self = round
  const mean = {
    get trap() {
      throw new Error('no')
    },
  }
  const lines: string[] = []
  const log = createLog('hub', { level: 'warn' }, (line) => lines.push(line))
  log.info({}, 'is left out')
  for (const odd of [
    round,
    mean,
    null,
    undefined,
    7,
    Symbol('s'),
    () => 1,
    10n,
    new Date(Number.NaN),
    [[[[[[[1]]]]]]],
  ])
    log.warn({ odd }, 'odd')
  log.warn(null as unknown as object, undefined as unknown as string)
  t.equal(lines.length, 11)
  log.error({ long: 'x '.repeat(LOG_TEXT_CHARS_MAX) }, 'y '.repeat(LOG_TEXT_CHARS_MAX))
  t.ok((lines.at(-1)?.length ?? 0) < 2 * LOG_TEXT_CHARS_MAX + 100, 'and nothing is endless')
  const long = `${'a b'.repeat(30_000)}${'c'.repeat(50_000)}@${'%'.repeat(50_000)}`
  const begun = performance.now()
  redactText(long)
  t.ok(performance.now() - begun < 2_000, `${Math.round(performance.now() - begun)} ms for a text of 190 kB`)
  t.end()
})
