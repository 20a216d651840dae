/**
 * Goal: the bridge's HTTP server over real sockets: every bound at it and beyond it, nothing that a visitor sends is kept or
 * logged, and who is slow, huge or odd harms nobody else.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'tape'
import {
  HTTP_BODIES_BYTES_MAX,
  HTTP_BODY_BYTES_MAX,
  HTTP_CONNECTIONS_MAX,
  HTTP_HEAD_BYTES_MAX,
  HTTP_REQUESTS_PER_ADDRESS_MAX,
} from '../../protocol/limits-http'
import { ask, openLine, pour, startTestServer } from '../helpers/bridge-http'
import { billingPage } from '../helpers/bridge-page'
import { removeFolder, until } from '../helpers/machine'

const SIGNED = { 'stripe-signature': 't=1,v1=0' }

test('bridge http: pages, their heads, and what is refused', async (t) => {
  const server = await startTestServer()
  try {
    for (const path of ['/', '/paid', '/cancelled', '/terms', '/privacy']) {
      const { status, headers, body } = await ask(`${server.url}${path}?session_id=cs_test_secret`)
      t.equal(status, 200, path)
      t.match(body, /^<!doctype html>/)
      t.match(String(headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/)
      t.equal(headers['x-content-type-options'], 'nosniff')
      t.equal(headers['referrer-policy'], 'no-referrer')
      t.equal(headers['set-cookie'], undefined)
      const again = await ask(`${server.url}${path}`, { headers: { 'if-none-match': String(headers.etag) } })
      t.deepEqual([again.status, again.body], [304, ''], 'who has it already gets it told')
      const head = await ask(`${server.url}${path}`, { method: 'HEAD' })
      t.deepEqual(
        [head.status, head.body, head.headers['content-length']],
        [200, '', headers['content-length']],
      )
    }
    t.deepEqual(JSON.parse((await ask(`${server.url}/healthz`)).body), { ok: true, why: null })
    t.match(String((await ask(`${server.url}/style.css`)).headers['content-type']), /text\/css/)
    t.equal((await ask(`${server.url}/nothing`)).status, 404)
    t.equal((await ask(`${server.url}/`, { method: 'PUT', body: 'x' })).status, 405)
    t.equal((await ask(`${server.url}/webhook`)).headers.allow, 'POST')
    t.equal((await ask(`${server.url}/`, { body: 'x' })).status, 400, 'a GET that brings something')
    t.deepEqual(server.lines, [], 'nothing of it is in the log')
  } finally {
    await server.stop()
  }
  t.end()
})

test('bridge http: a body at its bound, one byte over it, and without a word on its length', async (t) => {
  const taken: Buffer[] = []
  const server = await startTestServer({
    webhook: async (raw, headers) => {
      taken.push(raw)
      return { status: headers['stripe-signature'] === SIGNED['stripe-signature'] ? 200 : 400, body: 'kept' }
    },
  })
  const url = `${server.url}/webhook`
  const bytes = Buffer.alloc(HTTP_BODY_BYTES_MAX, 'é')
  try {
    const full = await ask(url, { method: 'POST', headers: SIGNED, body: bytes })
    t.deepEqual([full.status, full.body], [200, 'kept'])
    t.ok(taken[0]?.equals(bytes), 'it arrives byte for byte')
    const over = await ask(url, { method: 'POST', headers: SIGNED, body: Buffer.alloc(bytes.length + 1) })
    t.equal(over.status, 413)
    const chunked = { ...SIGNED, 'transfer-encoding': 'chunked' }
    t.equal((await ask(url, { method: 'POST', headers: chunked, body: bytes })).status, 200, 'chunked, at it')
    for (const how of [false, true]) {
      const { line, sent } = pour(server.port, 100 * 1024 * 1024, { chunked: how })
      const { text } = await line.over
      t.match(text, /^HTTP\/1\.1 413 /, `100 MB ${how ? 'in chunks' : 'with a length'}: refused, and told so`)
      t.ok(sent() < 50 * 1024 * 1024, `after ${(sent() / 1024 / 1024).toFixed(1)} MB of them had left`)
    }
    const expecting = openLine(
      server.port,
      `POST /webhook HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nStripe-Signature: x\r\nContent-Length: 999999999\r\n\r\n`,
    )
    t.match((await expecting.over).text, /^HTTP\/1\.1 413 /, 'who asks first is told before sending')
    const polite = openLine(
      server.port,
      'POST /webhook HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\nStripe-Signature: x\r\nContent-Length: 2\r\n\r\n',
    )
    polite.socket.once('data', () => polite.socket.write('{}'))
    t.match((await polite.over).text, /^HTTP\/1\.1 100 (.|\r\n)*HTTP\/1\.1 400 /, 'or that it may')
    const unsigned = await ask(url, { method: 'POST', body: bytes })
    t.deepEqual([unsigned.status, taken.length], [400, 3], 'what is not signed does not reach the handler')
    t.deepEqual(server.lines, [], 'nothing of it is in the log')
  } finally {
    await server.stop()
  }
  t.end()
})

test('bridge http: what is no request, and what comes too slowly', async (t) => {
  const server = await startTestServer()
  try {
    const reply = async (first: string) => (await openLine(server.port, first).over).text.split('\r\n')[0]
    t.equal(await reply('hello\r\n\r\n'), 'HTTP/1.1 400 Bad Request')
    t.equal(await reply('GET / HTTP/1.1\r\n\r\n'), 'HTTP/1.1 400 Bad Request', 'no host')
    t.equal(
      await reply(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(HTTP_HEAD_BYTES_MAX)}\r\n\r\n`),
      'HTTP/1.1 431 Request Header Fields Too Large',
    )
    t.equal(await reply('\x16\x03\x01\x02\x00\x01\x00'), 'HTTP/1.1 400 Bad Request', 'TLS')
    t.equal(
      await reply(
        'POST /webhook HTTP/1.1\r\nHost: x\r\nStripe-Signature: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      ),
      'HTTP/1.1 400 Bad Request',
      'chunks that are none',
    )
    const slow = {
      'no byte at all': openLine(server.port),
      'a head that never ends': openLine(server.port, 'GET / HTTP/1.1\r\nHost: x\r\n'),
      'a body that never comes': openLine(
        server.port,
        'POST /webhook HTTP/1.1\r\nHost: x\r\nStripe-Signature: x\r\nContent-Length: 9\r\n\r\n{',
      ),
    }
    const drip = setInterval(() => slow['a head that never ends'].socket.write('X: y\r\n'), 500)
    for (const [name, line] of Object.entries(slow)) {
      const { text, ms } = await line.over
      t.ok(ms < 25_000, `${name}: gone after ${(ms / 1000).toFixed(1)} s`)
      t.notOk(text.startsWith('HTTP/1.1 200'), `and got nothing (${text.split('\r\n')[0] || 'no word'})`)
    }
    clearInterval(drip)
    t.equal((await ask(`${server.url}/`)).status, 200)
    t.deepEqual(server.lines, [])
  } finally {
    await server.stop()
  }
  t.end()
})

test('bridge http: places per visitor, places for all, and who gives way', async (t) => {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  let inside = 0
  const server = await startTestServer({
    webhook: async () => {
      inside += 1
      await held
      return { status: 200, body: 'kept' }
    },
  })
  const url = `${server.url}/webhook`
  const from = (address: string) => ({ ...SIGNED, 'x-forwarded-for': `1.2.3.4, ${address}` })
  const post = (address: string, body: Buffer | string = '{}') =>
    ask(url, { method: 'POST', headers: from(address), body })
  try {
    const waiting = Array.from({ length: HTTP_REQUESTS_PER_ADDRESS_MAX }, () => post('2001:db8::1'))
    await until('all of them inside', () => inside === HTTP_REQUESTS_PER_ADDRESS_MAX)
    const over = await post('2001:db8::2')
    t.deepEqual([over.status, over.headers['retry-after']], [429, '2'], 'one more of the same household')
    const page = await ask(`${server.url}/`, { headers: { 'x-forwarded-for': '2001:db8:0:1::1' } })
    t.equal(page.status, 200, 'somebody else is served')
    release()
    t.ok(
      (await Promise.all(waiting)).every(({ status }) => status === 200),
      'and all of those get their answer',
    )
    t.equal((await post('2001:db8::2')).status, 200, 'after which there is room again')

    // More unfinished bodies than fit: the oldest gives way, and a whole one gets in.
    const body = 'x'.repeat(HTTP_BODY_BYTES_MAX - 1)
    const unfinished = Array.from({ length: HTTP_BODIES_BYTES_MAX / HTTP_BODY_BYTES_MAX + 1 }, (_, at) =>
      openLine(
        server.port,
        `POST /webhook HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 10.0.0.${at}\r\nStripe-Signature: x\r\nContent-Length: ${body.length + 1}\r\n\r\n${body}`,
      ),
    )
    const given = await Promise.race(unfinished.map(({ over }, at) => over.then(() => at)))
    t.ok(given >= 0, 'one of them had to go')
    t.equal((await post('10.1.0.1', 'y'.repeat(HTTP_BODY_BYTES_MAX))).status, 200)
    for (const { socket } of unfinished) socket.destroy()

    // More connections than there are places, all of them idle: whoever asks gets in.
    const idle = Array.from({ length: HTTP_CONNECTIONS_MAX + 50 }, () => openLine(server.port))
    let gone = 0
    for (const { over } of idle) void over.then(() => gone++)
    await until('the surplus to be gone', () => gone >= 50, 10_000)
    t.equal((await ask(`${server.url}/`)).status, 200, 'a visitor in the crowd')
    for (const { socket } of idle) socket.destroy()
  } finally {
    release()
    await server.stop()
  }
  t.end()
})

test('bridge http: a provider that is away, slow, or never was there', async (t) => {
  let answer: () => Promise<ReturnType<typeof billingPage> | null> = async () => null
  let asked = 0
  let healthy = true
  const server = await startTestServer({
    page: () => {
      asked += 1
      return answer()
    },
    health: () => ({ ok: healthy, why: healthy ? null : 'the provider has been away for 20 minutes' }),
  })
  try {
    const starting = await ask(`${server.url}/`)
    t.deepEqual([starting.status, starting.headers['cache-control']], [503, 'no-store'])
    t.match(starting.body, /just starting/)
    t.equal((await ask(`${server.url}/paid`)).status, 200, 'who has paid is thanked all the same')
    answer = async () => billingPage({ name: 'Tulip Pubs' })
    await until('the first page', async () => (await ask(`${server.url}/`)).status === 200)
    answer = () => Promise.reject(new Error('the provider is out of reach'))
    // Visitors notice nothing of it, and the log has it once.
    await until('a question that failed', async () => {
      const { status } = await ask(`${server.url}/`)
      return status !== 200 || server.lines.length > 0
    })
    const before = asked
    const crowd = await Promise.all(
      Array.from({ length: 40 }, (_, at) =>
        ask(`${server.url}/`, { headers: { 'x-forwarded-for': `10.0.0.${at}` } }),
      ),
    )
    t.ok(
      crowd.every(({ status, body }) => status === 200 && body.includes('Tulip Pubs')),
      'what was last known is shown',
    )
    t.equal(server.lines.length, 1, 'the failure is in the log, once')
    t.ok(asked - before <= 1, `forty visitors are ${asked - before} questions`)
    healthy = false
    const health = await ask(`${server.url}/healthz`)
    t.deepEqual(
      [health.status, JSON.parse(health.body).why],
      [503, 'the provider has been away for 20 minutes'],
    )
  } finally {
    await server.stop()
  }
  t.end()
})

test('bridge http: a handler that fails, texts of the operator, a port that is taken', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'buttcloud-texts-'))
  const termsFile = join(folder, 'terms.md')
  writeFileSync(termsFile, 'Be **kind**, {{operator}}.')
  const server = await startTestServer({
    termsFile,
    operator: null,
    webhook: () => Promise.reject(new Error('the provider is away')),
  })
  try {
    const { status, headers } = await ask(`${server.url}/webhook`, {
      method: 'POST',
      headers: SIGNED,
      body: 'secret',
    })
    t.deepEqual([status, headers['retry-after']], [503, '2'], 'Stripe shall send it again')
    t.equal(server.lines.length, 1)
    t.notOk(server.lines.join().includes('secret'), 'no body in the log')
    const terms = await ask(`${server.url}/terms`)
    t.match(terms.body, /Be <strong>kind<\/strong>/)
    t.match(terms.body, /not complete/, 'what the operator has not said is said to be missing')
    const second = await startTestServer({ port: server.port }).then(
      () => 'it listened',
      (error: Error) => error.message,
    )
    t.match(second, /could not listen on 127\.0\.0\.1:\d+ .*choose another one/)
    const lost = await startTestServer({ privacyFile: join(folder, 'none.md') }).then(
      () => 'it started',
      (error: Error) => error.message,
    )
    t.match(lost, /could not read the privacy from .*none\.md/)
  } finally {
    await server.stop()
    removeFolder(folder)
  }
  const gone = await ask(`${server.url}/`).then(
    () => false,
    () => true,
  )
  t.ok(gone, 'after stop nobody listens')
  t.end()
})
