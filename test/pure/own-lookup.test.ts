/** Goal: a name counts as leading to a pub only where whoever has that name says so; no answer says nothing. */
import test from 'tape'
import { OWN_CHAIN_MAX } from '../../protocol/limits-dns'
import { checkOwnName } from '../../protocol/own-name'
import { find, type Zone } from '../helpers/story-domain'

const HOST = 'alice.pubs.example.org'
const NAME = 'social.example.net'
const HOME: Zone = { [`A ${HOST}`]: ['192.0.2.7'], [`AAAA ${HOST}`]: ['2001:db8::7'] }
const kind = (zone: Zone, name = NAME): string => find({ ...HOME, ...zone }, name, HOST).kind
const what = (zone: Zone, name = NAME): string => {
  const found = find({ ...HOME, ...zone }, name, HOST)
  return found.kind === 'elsewhere' ? found.what : found.kind === 'unknown' ? found.why : 'here'
}

test('a CNAME of the name for life, directly or by the way', (t) => {
  t.equal(kind({ [`CNAME ${NAME}`]: [HOST] }), 'here')
  t.equal(kind({ [`CNAME ${NAME}`]: ['Alice.Pubs.Example.Org.'] }), 'here', 'however it is written')
  t.equal(kind({ [`CNAME ${NAME}`]: ['www.example.net'], 'CNAME www.example.net': [HOST] }), 'here')
  t.match(
    what({
      [`CNAME ${NAME}`]: ['bob.pubs.example.org'],
      'A bob.pubs.example.org': ['192.0.2.7'],
      [`A ${NAME}`]: ['192.0.2.7'],
    }),
    /leads to `bob\.pubs\.example\.org`/,
    'another pub of the same server',
  )
  const ring: Zone = { [`CNAME ${NAME}`]: ['a.example.net'], 'CNAME a.example.net': [NAME] }
  t.match(what(ring), /more than 8 steps/)
  const chain: Zone = {}
  for (let at = 0; at < OWN_CHAIN_MAX; at += 1)
    chain[`CNAME ${at === 0 ? NAME : `c${at}.example.net`}`] = [
      at === OWN_CHAIN_MAX - 1 ? HOST : `c${at + 1}.example.net`,
    ]
  t.equal(kind(chain), 'here', 'as long as it may be')
  t.match(
    what({ [`CNAME ${NAME}`]: ['`evil`](@x'] }),
    /something that is no name/,
    'nothing of theirs is shown that is no name',
  )
  t.end()
})

test('by addresses only with the word of whoever has the name', (t) => {
  const leads: Zone = { [`A ${NAME}`]: ['192.0.2.7'] }
  const says: Zone = { [`TXT _buttcloud.${NAME}`]: [`pub=${HOST}`] }
  t.match(what(leads), /leads to 192\.0\.2\.7, and `_buttcloud\.social\.example\.net` has no TXT record/)
  t.equal(kind({ ...leads, ...says }), 'here')
  t.equal(kind({ ...leads, ...says, [`AAAA ${NAME}`]: ['2001:DB8::7'] }), 'here')
  t.match(
    what({ ...leads, ...says, [`AAAA ${NAME}`]: ['2001:db8::8'] }),
    /and `alice\.pubs\.example\.org` is at 192/,
  )
  t.match(what({ [`A ${NAME}`]: ['192.0.2.8'], ...says }), /leads to 192\.0\.2\.8/)
  t.match(what({ ...leads, [`TXT _buttcloud.${NAME}`]: ['pub=bob.pubs.example.org'] }), /has no TXT record/)
  t.equal(what(says), `there is no record for \`${NAME}\``)
  t.end()
})

test('whoever does not answer has said nothing', (t) => {
  const dead = { trouble: 'SERVFAIL' }
  t.equal(kind({ [`CNAME ${NAME}`]: dead }), 'unknown')
  t.equal(kind({ [`CNAME ${NAME}`]: ['a.example.net'], 'CNAME a.example.net': dead }), 'unknown')
  t.equal(kind({ [`AAAA ${NAME}`]: dead }), 'unknown')
  t.equal(kind({ [`A ${NAME}`]: ['192.0.2.7'], [`TXT _buttcloud.${NAME}`]: dead }), 'unknown')
  const said: Zone = { [`A ${NAME}`]: ['192.0.2.7'], [`TXT _buttcloud.${NAME}`]: [`pub=${HOST}`] }
  t.equal(find(said, NAME, HOST).kind, 'unknown', 'that the name for life has no address is not their doing')
  t.end()
})

test('what is a domain, and why something is none', (t) => {
  for (const [written, name] of [
    ['social.example.net', NAME],
    ['Social.Example.NET.', NAME],
    ['https://social.example.net/pub?x=1', NAME],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ] as const)
    t.deepEqual(checkOwnName(written), { ok: true, name }, written)
  for (const [written, why] of [
    ['192.0.2.7', /address/],
    ['2001:db8::7', /address/],
    ['[::1]', /address/],
    ['localhost', /no dot/],
    ['bücher.example', /xn--/],
    ['*.example.net', /can't be/],
    ['_x.example.net', /can't be/],
    ['a..net', /can't be/],
    ['-a.example.net', /can't be/],
    ['a.example.net:8008', /can't be/],
    ['a.1', /can't be/],
    [`${'a'.repeat(64)}.example`, /can't be/],
    [`${'a.'.repeat(126)}aa`, /can't be/],
    ['alice@example.net', /can't be/],
  ] as const) {
    const checked = checkOwnName(written)
    t.ok(!checked.ok && why.test(checked.reason), written)
  }
  t.end()
})
