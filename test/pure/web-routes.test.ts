/** Goal: of all that the web can ask of a pub's pages only what is harmless reaches the old programs behind them. */
import fc from 'fast-check'
import test from 'tape'
import { errorPage, frontPage } from '../../pub-image/web-page'
import { rebased, rebasedLocation, routeOf } from '../../pub-image/web-routes'

const MESSAGE = `%${'a'.repeat(43)}=.sha256`
const FEED = `@${'b/+'.repeat(14)}b=.ed25519`
const get = (url: string) => routeOf('GET', url)

test('what there is: the first page, threads, feeds, blobs, channels, repositories', (t) => {
  t.deepEqual(get('/'), { to: 'front' })
  t.deepEqual(get('/view'), { to: 'elsewhere', location: '/view/' })
  for (const id of [MESSAGE, FEED, MESSAGE.replace('%', '&')]) {
    const asked = encodeURIComponent(id)
    t.deepEqual(get(`/view/${asked}`), { to: 'view', path: `/${asked}` }, id)
    t.deepEqual(get(`/git/${asked}`), { to: 'git', path: `/${asked}` })
  }
  t.deepEqual(get(`/view/${FEED}`), { to: 'view', path: `/${encodeURIComponent(FEED)}` }, 'unencoded as well')
  t.deepEqual(get('/view/channel/gardening'), { to: 'view', path: '/channel/gardening' })
  const repository = encodeURIComponent(MESSAGE)
  t.deepEqual(get(`/git/${repository}/tree/main/src/a%20b.ts`), {
    to: 'git',
    path: `/${repository}/tree/main/src/a%20b.ts`,
  })
  t.deepEqual(get('/git/?gt=1763712000000.5&forwards=1&locale=../../x'), {
    to: 'git',
    path: '/?gt=1763712000000.5&forwards=1',
  })
  t.deepEqual(get('/git/search?q=a%20%22b'), { to: 'git', path: '/search?q=a%20b' })
  for (const pattern of ['(', '(a+)+$', '[', '*', '\\', '(?<x', 'tulips (a|b)']) {
    const route = get(`/git/search?q=${encodeURIComponent(pattern)}`)
    t.doesNotMatch(JSON.stringify(route), /%28|%5B|%5C|[()[*+$<|]/, pattern)
  }
  t.deepEqual(get('/git/static/styles.css'), { to: 'git', path: '/static/styles.css' })
  t.end()
})

test('what ended the programs, or read the files of the machine, goes no further', (t) => {
  const wrong = [
    `/view/user-feed/${encodeURIComponent(FEED)}`,
    `/view/${encodeURIComponent(MESSAGE)}.js`,
    `/view/${encodeURIComponent(MESSAGE)}.json.js`,
    '/view/',
    '/view/*',
    '/git/static/..%2f..%2f..%2f..%2fdata%2fsecret',
    '/git/static/../../../secret',
    '/git/static/%2e%2e/secret',
    '/git/static/..',
    '/git/static/a..b',
    '/git/static//etc/passwd',
    '/git/highlight/..%5c..%5csecret',
    '/git/emoji/.hidden',
    `/git/${encodeURIComponent(MESSAGE)}/raw/%2e%2e/%2e%2e/secret`,
    `/git/${encodeURIComponent(MESSAGE)}/%zz`,
    '/git/new',
    '/git/%25short.sha256',
    '/secret',
    '/%00',
  ]
  for (const url of wrong) t.equal(get(url).to, 'refused', url)
  for (const method of ['POST', 'PUT', 'DELETE', 'CONNECT', 'TRACE', ''])
    t.deepEqual({ ...routeOf(method, '/git/'), why: '' }, { to: 'refused', status: 405, why: '' }, method)
  for (const url of ['', '*', 'http://x/', 'x', '/a b', '/\u0000', `/${'x'.repeat(1_001)}`])
    t.equal(get(url).to, 'refused', JSON.stringify(url.slice(0, 20)))
  t.end()
})

test('nothing that is handed on has a dot-dot in it, whatever is asked', (t) => {
  const piece = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom(
      '..',
      '%2e%2e',
      '%2f',
      '/',
      '\\',
      '%5c',
      '%252e',
      'static',
      'emoji',
      encodeURIComponent(MESSAGE),
    ),
  )
  fc.assert(
    fc.property(fc.constantFrom('/view', '/git', ''), fc.array(piece, { maxLength: 6 }), (page, pieces) => {
      const route = get([page, ...pieces].join('/'))
      if (route.to !== 'view' && route.to !== 'git') return
      const [path = ''] = route.path.split('?')
      for (const segment of path.split('/')) {
        const decoded = decodeURIComponent(segment)
        if (decoded === '..' || decoded === '.') throw new Error(path)
      }
      // Below an id a name may hold anything: it is looked up in a repository. Files have plain names.
      if (/^\/(static|emoji|highlight)\//.test(path) && !/^\/[a-z]+\/[A-Za-z0-9_.-]+$/.test(path))
        throw new Error(path)
    }),
    { numRuns: 5_000 },
  )
  t.pass('5,000 addresses')
  t.end()
})

test('links and redirects of the programs lead below their own name, and nowhere else', (t) => {
  t.equal(
    rebased('<a href="/%25x">x</a> <link href=/static/a.css> <form action=\'/search\'>', 'git'),
    '<a href="/git/%25x">x</a> <link href=/git/static/a.css> <form action=\'/git/search\'>',
  )
  t.equal(rebased('<a href="//evil.example">', 'git'), '<a href="//evil.example">')
  t.equal(rebasedLocation('/%25x', 'git'), '/git/%25x')
  t.equal(rebasedLocation('//evil.example', 'git'), null)
  t.equal(rebasedLocation('https://evil.example', 'git'), null)
  t.end()
})

test('what a pub says of itself is text on its page', (t) => {
  const evil = '</title><script>alert(1)</script>"\'&'
  const page = frontPage({
    ...{ name: evil, description: evil, address: 'a:1', feed: FEED, multiserver: 'net:a:1', qr: '<svg/>' },
    managed: true,
  })
  t.doesNotMatch(page, /<script/)
  t.doesNotMatch(errorPage(404, evil), /<script/)
  t.end()
})
