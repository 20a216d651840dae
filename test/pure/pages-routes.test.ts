/** Goal: only what has an address is answered, whatever is asked; and the little markdown makes only what it knows. */
import fc from 'fast-check'
import test from 'tape'
import { markdown } from '../../billing-bridge/pages/markdown'
import { routeOf } from '../../billing-bridge/pages/routes'
import { HTTP_URL_CHARS_MAX } from '../../protocol/limits-http'

test('routes: pages are read, the webhook is sent to', (t) => {
  t.deepEqual(routeOf('GET', '/'), { to: 'page', page: 'front' })
  t.deepEqual(routeOf('HEAD', '/terms'), { to: 'page', page: 'terms' })
  t.deepEqual(routeOf('GET', '/paid?session_id=cs_test_1'), { to: 'page', page: 'paid' })
  t.deepEqual(routeOf('POST', '/webhook'), { to: 'webhook' })
  t.deepEqual(routeOf('GET', '/healthz'), { to: 'file', file: 'health' })
  t.deepEqual(routeOf('GET', '/portal/1-2-cus_3-ff?utm=1'), {
    ...{ to: 'portal', token: '1-2-cus_3-ff', presses: false },
  })
  t.deepEqual(routeOf('POST', '/portal/'), { to: 'portal', token: '', presses: true })
  const status = (method: string, url: string) => {
    const route = routeOf(method, url)
    return route.to === 'refused' ? [route.status, route.allow] : route.to
  }
  t.deepEqual(status('GET', '/webhook'), [405, 'POST'])
  t.deepEqual(status('POST', '/'), [405, 'GET, HEAD'])
  t.deepEqual(status('TRACE', '/terms'), [405, 'GET, HEAD'])
  t.deepEqual(status('PUT', '/portal/x'), [405, 'GET, HEAD, POST'])
  t.deepEqual(status('GET', '/portal'), [404, null])
  for (const url of [
    '/webhook/',
    '/Webhook',
    '/terms/',
    '//',
    '/__proto__',
    '/constructor',
    '/.env',
    '/%2e%2e',
  ])
    t.deepEqual(status('GET', url), [404, null], url)
  for (const url of ['', '*', 'http://elsewhere/', '/a b', '/ü', `/${'a'.repeat(HTTP_URL_CHARS_MAX)}`])
    t.deepEqual(status('GET', url), [400, null], url.slice(0, 20))
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (method, url) => {
      const route = routeOf(method, `/${url}`)
      return route.to !== 'webhook' || method === 'POST'
    }),
  )
  t.end()
})

test('markdown: what it knows', (t) => {
  const made = (text: string) => markdown(text).text.trim()
  t.equal(
    made('# A & b\n\nOne\ntwo **three** *four* `five`'),
    '<h1>A &#38; b</h1>\n<p>One\ntwo <strong>three</strong> <em>four</em> <code>five</code></p>',
  )
  t.equal(made('**a\nb** c'), '<p><strong>a\nb</strong> c</p>', 'over the end of a line')
  t.equal(made('- one\n  more\n- two'), '<ul>\n<li>one\nmore</li>\n<li>two</li>\n</ul>')
  t.equal(made('1. one\n2. two\n\nthree'), '<ol>\n<li>one</li>\n<li>two</li>\n</ol>\n<p>three</p>')
  t.equal(made('- a\n1. b'), '<ul>\n<li>a</li>\n</ul>\n<ol>\n<li>b</li>\n</ol>', 'one list after another')
  t.equal(made('[x](https://a.example/b?c=1&d)'), '<p><a href="https://a.example/b?c=1&#38;d">x</a></p>')
  t.equal(made('[x](/terms) [y](mailto:a@b.c)'), '<p><a href="/terms">x</a> <a href="mailto:a@b.c">y</a></p>')
  t.end()
})

test('markdown: and nothing else', (t) => {
  for (const text of [
    '[x](javascript:alert(1))',
    '[x](data:text/html,1)',
    '[x](//elsewhere.example)',
    '<b>x</b>',
    '![x](/y)',
  ])
    t.notOk(/<(?!\/?p>|a href="\/y">|\/a>)/.test(markdown(text).text), text)
  t.notOk(markdown('[x](https://a" onclick="b)').text.includes('<a'), 'a quote ends no attribute')
  const before = performance.now()
  for (const sign of ['[', '*', '**', '`', '[a](http://', '# ', '- ', '\n', '{{'])
    markdown(sign.repeat(60_000))
  t.ok(performance.now() - before < 20_000, 'odd texts take no time beyond their length')
  t.end()
})
