/** Style as a test: the import table, the bans and the lengths, over every file of ours. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import tape from 'tape'
import { parseCommand } from '../protocol/command'
import { COMMANDS } from '../protocol/command-vocabulary'
import { codeOnly } from './helpers/source-mask'
import {
  banFindings,
  type Finding,
  importFindings,
  importsOf,
  lengthFindings,
  resolveImport,
} from './helpers/tidy-rules'

const ROOT = rootOf(__dirname)
const FOLDERS = [
  'protocol',
  'sbot',
  'plugin',
  'hub-daemon',
  'billing-bridge',
  'cli',
  'pub-image',
  'test',
  'bench',
]
/** Started by node, by a person or by another program, and so imported by nobody. */
const ENTRY = [
  /(^|\/)(main|index)\.ts$/,
  /\.test\.ts$/,
  /\.d\.ts$/,
  /^test\/(run|tidy)\.ts$/,
  /^test\/docker\/up\.ts$/,
  /^test\/sim\/many\.ts$/,
  /^test\/live\/hunt\.ts$/,
  /^test\/openstack\/(prepare|contract)\.ts$/,
  /^test\/helpers\/[a-z-]+-child\.ts$/,
  /^test\/helpers\/tiny-pub\.ts$/,
  /^pub-image\/(entry|build-image|health)\.ts$/,
  /^pub-image\/io\/(web-front|web-view|web-git|healer|invite)\.ts$/,
  /^hub-daemon\/engines\/process-leash\.ts$/,
  /^bench\/[a-z0-9-]+\.ts$/,
]

function rootOf(start: string): string {
  let folder = start
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return folder
}

function filesUnder(folder: string, extension: string): string[] {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true })
  return entries.flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name.startsWith('dist')) return []
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesUnder(path, extension)
    return entry.name.endsWith(extension) ? [relative(ROOT, path).replaceAll('\\', '/')] : []
  })
}

const sources = new Map(
  FOLDERS.flatMap((folder) => filesUnder(join(ROOT, folder), '.ts')).map((path) => [
    path,
    readFileSync(join(ROOT, path), 'utf8'),
  ]),
)

/** One assertion per rule, with every place that breaks it in its message. */
function holds(t: tape.Test, what: string, find: (path: string, source: string) => Finding[]): void {
  const found: string[] = []
  for (const [path, source] of sources)
    for (const { line, rule } of find(path, source)) found.push(`${path}:${line}: ${rule}`)
  for (const finding of found) t.comment(finding)
  t.equal(found.length, 0, `${what}: ${sources.size} files, ${found.length} places break the rule`)
}

tape('tidy: every file keeps to the import table', (t) => {
  t.ok(sources.size > 20, 'the files were found')
  holds(t, 'imports', importFindings)
  t.end()
})

tape('tidy: nothing is called where it has no place', (t) => {
  holds(t, 'bans', banFindings)
  t.end()
})

tape('tidy: files and functions are short', (t) => {
  holds(t, 'lengths', (_path, source) => lengthFindings(source))
  t.end()
})

tape('tidy: no file is dead', (t) => {
  const wanted = new Set<string>()
  for (const [path, source] of sources)
    for (const { specifier } of importsOf(source)) wanted.add(resolveImport(path, specifier) ?? specifier)
  // Files that are started by their path are named in the code: `join(__dirname, '…/x.js')`.
  const named = [...sources.values()].join('\n')
  holds(t, 'everything is used', (path) => {
    const bare = path.replace(/\.ts$/, '')
    const file = `${bare.split('/').at(-1)}.js`
    const used = wanted.has(bare) || ENTRY.some((entry) => entry.test(path)) || named.includes(file)
    return used ? [] : [{ line: 1, rule: 'nobody imports this file' }]
  })
  t.end()
})

tape('tidy: no test is written for the console', (t) => {
  holds(t, 'tests assert', (path, source) => {
    if (!path.endsWith('.test.ts')) return []
    return /\bt\.|\bassert|[cC]ontract\(|\bon(Processes|Docker)\(/.test(codeOnly(source))
      ? []
      : [{ line: 1, rule: 'this test asserts nothing' }]
  })
  t.end()
})

tape('tidy: every page has one title, and no mark of a merge', (t) => {
  const pages = [
    ...filesUnder(join(ROOT, 'docs'), '.md'),
    ...FOLDERS.flatMap((folder) => filesUnder(join(ROOT, folder), '.md')),
  ]
  for (const name of readdirSync(ROOT)) if (name.endsWith('.md')) pages.push(name)
  for (const path of pages) {
    const whole = readFileSync(join(ROOT, path), 'utf8')
    t.doesNotMatch(whole, /^(<{7}|>{7})/m, `${path}: no mark of a merge is left`)
    const text = whole.replace(/^```[\s\S]*?^```/gm, '')
    t.equal(text.split('\n').filter((line) => line.startsWith('# ')).length, 1, path)
  }
  t.end()
})

tape('tidy: what the pages tell people to write is understood', (t) => {
  const somebody = `@${'A'.repeat(42)}E=.ed25519`
  const rows = readFileSync(join(ROOT, 'docs', 'OWNERS.md'), 'utf8').split('\n')
  const seen = new Set<string>()
  for (const row of rows.filter((line) => line.startsWith('| `')))
    for (const [, text] of (row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)) {
      const read = parseCommand((text ?? '').replace('@bob', somebody))
      seen.add(read.kind)
      t.notOk(
        ['unclear', 'invalid', 'later', 'empty'].includes(read.kind),
        `OWNERS.md: ${text} is ${read.kind}`,
      )
    }
  for (const command of [...COMMANDS, 'name', 'describe'])
    t.ok(seen.has(command), `OWNERS.md has ${command} in a table`)
  const verbs = readFileSync(join(ROOT, 'docs', 'CLI.md'), 'utf8')
  for (const command of COMMANDS.filter((one) => one !== 'help'))
    t.match(verbs, new RegExp(`^\\|.*\`${command}\\b`, 'm'), `CLI.md has ${command} in a table`)
  t.end()
})
