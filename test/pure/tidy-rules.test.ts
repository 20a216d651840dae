import tape from 'tape'
import { codeOnly, commentsOnly } from '../helpers/source-mask'
import { banFindings, functionsOf, importFindings, importsOf, lengthFindings } from '../helpers/tidy-rules'

const imports = (path: string, specifier: string, words = 'import { a } from') =>
  importFindings(path, `${words} '${specifier}'\n`).length

tape('tidy rules: who may import what', (t) => {
  const bad: [string, string][] = [
    ['plugin/decide.ts', '../hub-daemon/plan'],
    ['hub-daemon/io/execute.ts', '../../plugin/decide'],
    ['hub-daemon/io/execute.ts', '../../pub-image/entry'],
    ['cli/render.ts', '../plugin/decide'],
    ['cli/commands/up.ts', '../../plugin/decide'],
    ['plugin/decide.ts', './io/perform'],
    ['plugin/decide.ts', 'node:fs'],
    ['plugin/decide.ts', 'zod'],
    ['plugin/decide.ts', '../sbot/db2'],
    ['protocol/ids.ts', '../sbot/port'],
    ['protocol/ids.ts', 'node:crypto'],
    ['sbot/db2.ts', '../plugin/decide'],
    ['hub-daemon/io/observe.ts', 'dockerode'],
    ['cli/tui/io/run.ts', 'blessed'],
    ['hub-daemon/engines/process.ts', 'dockerode'],
    ['hub-daemon/io/pub.ts', 'ssb-client'],
    ['plugin/index.ts', 'secret-stack'],
    ['plugin/io/api.ts', '../../test/helpers/machine'],
  ]
  for (const [path, specifier] of bad)
    t.equal(imports(path, specifier), 1, `${path} must not import ${specifier}`)
  const good: [string, string][] = [
    ['plugin/decide.ts', '../protocol/ids'],
    ['plugin/decide.ts', '../sbot/port'],
    ['plugin/decide.ts', './effects'],
    ['plugin/io/perform.ts', '../../sbot/db2'],
    ['plugin/io/perform.ts', 'node:fs'],
    ['hub-daemon/engines/docker-client.ts', 'dockerode'],
    ['cli/tui/io/paint.ts', 'blessed/lib/program'],
    ['pub-image/io/sign.ts', 'ssb-keys'],
    ['pub-image/entry.ts', 'ssb-server'],
    ['sbot/db2.ts', 'ssb-db2'],
    ['cli/commands/provider.ts', '../../plugin/main'],
    ['test/live/a.test.ts', '../../plugin/decide'],
  ]
  for (const [path, specifier] of good)
    t.equal(imports(path, specifier), 0, `${path} may import ${specifier}`)
  t.equal(
    imports('hub-daemon/engines/docker-body.ts', 'dockerode', 'import type { X } from'),
    0,
    'types are no door',
  )
  t.end()
})

tape('tidy rules: every way to import is seen, with its line', (t) => {
  const source = [
    "import 'a'",
    "import b from 'b'",
    "import type { C } from 'c'",
    'import {',
    '  d,',
    "} from 'd'",
    "export * from 'e'",
    "const f = require('f')",
    "const g = await import('g')",
    "// import h from 'h'",
    "const text = `import i from 'i'`",
  ].join('\n')
  const seen = importsOf(source).map(({ line, specifier, typeOnly }) => [line, specifier, typeOnly])
  t.deepEqual(seen, [
    [1, 'a', false],
    [2, 'b', false],
    [3, 'c', true],
    [6, 'd', false],
    [7, 'e', false],
    [8, 'f', false],
    [9, 'g', false],
  ])
  t.end()
})

tape('tidy rules: what is banned in pure files, and what everywhere', (t) => {
  const bad = [
    'Date.now()',
    'new Date()',
    'Math.random()',
    'setTimeout(f, 1)',
    'console.log(1)',
    'process.env.X',
  ]
  for (const code of [...bad, 'require(x)', 'await x', 'x.isPrivate()']) {
    t.equal(banFindings('plugin/decide.ts', `const a = 1\n${code}\n`)[0]?.line, 2, code)
  }
  for (const code of bad) t.deepEqual(banFindings('plugin/io/perform.ts', code), [], `${code} behind a door`)
  t.equal(banFindings('sbot/db2.ts', 'where(isPrivate())').length, 1, 'isPrivate nowhere')
  t.equal(banFindings('test/pure/a.test.ts', `tape${'.only'}('x')`).length, 1, 'a leftover only')
  const mark = `TO${'DO'}`
  t.equal(banFindings('plugin/io/a.ts', `// ${mark}: later`).length, 1, 'unfinished work')
  t.deepEqual(
    banFindings('plugin/a.ts', "// new Date()\nconst a = 'Date'\nconst b = `Math.random() ${1}`"),
    [],
  )
  t.equal(banFindings('plugin/a.ts', 'const a = `${Date.now()}`').length, 1, 'code within a text is code')
  t.end()
})

tape('tidy rules: comments, texts, templates and regular expressions are told apart', (t) => {
  const source = [
    "a // b'",
    "'c//' + d /* e */",
    '`f${g + `h${i}`}j`',
    'k = /l"m/ + n / o',
    "p('\\'q') + r",
  ].join('\n')
  t.equal(codeOnly(source).replace(/[\s]/g, ''), 'a+dg+ik=+n/op()+r')
  t.equal(commentsOnly(source).replace(/\s+/g, ' ').trim(), "// b' /* e */")
  t.equal(codeOnly(source).length, source.length, 'nothing moves')
  t.end()
})

tape('tidy rules: lengths', (t) => {
  const body = (lines: number) => 'x()\n'.repeat(lines)
  const long = (head: string) => lengthFindings(`${head} {\n${body(70)}}\n`).length
  const heads = [
    'function f(a: string): void',
    'const f = (a) =>',
    'async f(): Promise<{ a: number }>',
    'f()',
  ]
  for (const head of heads) t.equal(long(head), 1, `${head} with 72 lines`)
  for (const head of [
    'class A',
    'if (a)',
    'for (const a of b())',
    'const a =',
    'interface A',
    'while (f(a))',
  ])
    t.equal(long(head), 0, `${head} is no function`)
  t.equal(lengthFindings(`function f() {\n${body(68)}}\n`).length, 0, '70 lines are allowed')
  t.equal(lengthFindings(body(300)).length, 0, '300 lines of file too')
  t.equal(lengthFindings(body(301)).length, 1, '301 not')
  t.deepEqual(
    functionsOf('const a = () => {\n  b(() => {\n  })\n}\n').map(({ length }) => length),
    [2, 4],
  )
  t.end()
})
