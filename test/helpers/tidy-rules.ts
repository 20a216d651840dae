/** The rules of style as functions over source text; `test/tidy.ts` runs them over the repository. */
import { codeOnly, commentsOnly, withoutComments } from './source-mask'

export interface Finding {
  line: number
  rule: string
}

const FILE_LINES_MAX = 300
const FUNCTION_LINES_MAX = 70

const PROGRAMS = ['plugin', 'hub-daemon', 'billing-bridge', 'cli', 'pub-image']
/** Packages that make or speak to an SSB node; what only computes (keys, ids) is no door. */
const SSB_PACKAGE = /^(secret-stack|ssb-(?!keys$|caps$|ref$)[a-z0-9-]+|muxrpc|multiserver)(\/|$)/
/** The one file that speaks to Docker. */
const DOCKER_DOOR = 'hub-daemon/engines/docker-client.ts'

/** … and the one that speaks to the terminal. */
const TERMINAL_DOOR = 'cli/tui/io/paint.ts'

/** What a file may do, by where it is. */
export type Kind = 'protocol' | 'pure' | 'door' | 'test'

/** `path` is relative to the repository, with slashes. */
export function kindOf(path: string): Kind {
  const [top = ''] = path.split('/')
  if (top === 'test' || top === 'bench') return 'test'
  if (top === 'protocol') return 'protocol'
  if (path === 'sbot/port.ts') return 'pure'
  if (top === 'sbot' || path.startsWith('cli/commands/')) return 'door'
  if (/(^|\/)(io|engines)\//.test(path)) return path.endsWith('/engines/engine.ts') ? 'pure' : 'door'
  if (/(^|\/)(main|index)\.ts$/.test(path) || /^cli\/(context|run)\.ts$/.test(path)) return 'door'
  // Programs that are started: the pub's entry, the builder of its image.
  if (path === 'pub-image/entry.ts' || path === 'pub-image/build-image.ts') return 'door'
  return 'pure'
}

/** Turns an import into a path of the repository, or null for a package. */
export function resolveImport(from: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null
  const parts = from.split('/').slice(0, -1)
  for (const part of specifier.split('/'))
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  // What is read in late is named by the file that it becomes.
  return parts.join('/').replace(/\.js$/, '')
}

export interface Import {
  line: number
  specifier: string
  typeOnly: boolean
}

/** The import, export-from, require and import() of a file. */
export function importsOf(source: string): Import[] {
  const found: Import[] = []
  const text = withoutComments(source)
  const lineAt = (at: number) => text.slice(0, at).split('\n').length
  const patterns = [
    /^\s*(?:import|export)\s+(type\s+)?(?:[\w*${}\s,]+?\s+from\s+)?(['"])([^'"\n]+)\2/gm,
    /\b(?:require|import)()\(\s*(['"])([^'"\n]+)\2/g,
  ]
  for (const pattern of patterns)
    for (const match of text.matchAll(pattern))
      found.push({
        line: lineAt(match.index + match[0].length),
        specifier: match[3] ?? '',
        typeOnly: match[1] !== undefined && match[1] !== '',
      })
  return found
}

/** The import table of the house (docs/ARCHITECTURE.md, Layout). */
export function importFindings(path: string, source: string): Finding[] {
  const findings: Finding[] = []
  for (const { line, specifier, typeOnly } of importsOf(source)) {
    const rule = brokenRule(path, specifier, typeOnly)
    if (rule !== null) findings.push({ line, rule: `imports ${specifier}: ${rule}` })
  }
  return findings
}

function brokenRule(path: string, specifier: string, typeOnly: boolean): string | null {
  const kind = kindOf(path)
  if (kind === 'test') return null
  const target = resolveImport(path, specifier)
  if (target === null) return brokenPackageRule(path, kind, specifier, typeOnly)
  const [from = ''] = path.split('/')
  const [to = ''] = target.split('/')
  if (to === 'test' || to === 'bench') return 'what is shipped never imports tests'
  if (kind === 'protocol') return to === 'protocol' ? null : 'protocol/ imports nothing but itself'
  if (to === 'protocol' || target === 'sbot/port') return null
  if (from === 'sbot') return to === 'sbot' ? null : 'sbot/ imports only protocol/ and itself'
  if (to === 'sbot')
    return kind === 'door' ? null : 'a pure file takes nothing of sbot/ but the types of sbot/port'
  if (PROGRAMS.includes(to) && to !== from && !isStarting(path, target))
    return 'programs never import each other; they meet in messages'
  if (kind === 'pure' && to === from && kindOf(`${target}.ts`) === 'door')
    return 'a pure file imports only pure files'
  return null
}

/** The CLI starts the programs through their main; that is all it knows of them. */
function isStarting(path: string, target: string): boolean {
  return (
    path.startsWith('cli/') &&
    kindOf(path) === 'door' &&
    /^(plugin|hub-daemon|billing-bridge)\/main$/.test(target)
  )
}

function brokenPackageRule(path: string, kind: Kind, specifier: string, typeOnly: boolean): string | null {
  if (kind === 'protocol' || kind === 'pure') return 'a pure file imports no package and no node: module'
  // Types leave no trace in what runs; the shape of a request is no door.
  if (specifier === 'dockerode' && path !== DOCKER_DOOR && !typeOnly)
    return `only ${DOCKER_DOOR} imports dockerode`
  if (/^blessed(\/|$)/.test(specifier) && path !== TERMINAL_DOOR)
    return `only ${TERMINAL_DOOR} imports blessed`
  if (SSB_PACKAGE.test(specifier) && !path.startsWith('sbot/') && !path.startsWith('pub-image/'))
    return 'only sbot/ (and the pub itself) makes or dials SSB nodes'
  return null
}

const BANNED_IN_PURE: [RegExp, string][] = [
  [/\bDate(?!\(\w)\b/, 'the time is an argument here (now: Millis)'],
  [/\bMath\.random\b/, 'randomness is an argument here'],
  [
    /\b(setTimeout|setInterval|setImmediate|queueMicrotask)\b/,
    'timers live behind the doors (io/, sbot/, engines/)',
  ],
  [/\bconsole\b/, 'only doors print'],
  [/\bprocess\./, 'the process is the business of doors'],
  [/\brequire\(/, 'a pure file requires nothing'],
  [/\b(async|await)\b/, 'a pure file is synchronous'],
]

const BANNED_EVERYWHERE: [RegExp, string][] = [
  [/\bisPrivate\(/, "isPrivate() also finds what is not for us; use isDecrypted('box')"],
  [/\b(?:test|tape|describe|it)\.only\(/, 'a leftover .only keeps all other tests from running'],
]

/** Calls that have no place where they are. Looks at code only, not at comments and texts. */
export function banFindings(path: string, source: string): Finding[] {
  const bans = [...BANNED_EVERYWHERE]
  const kind = kindOf(path)
  if (kind === 'pure' || kind === 'protocol') bans.push(...BANNED_IN_PURE)
  const findings: Finding[] = []
  for (const [index, line] of codeOnly(source).split('\n').entries())
    for (const [pattern, rule] of bans) if (pattern.test(line)) findings.push({ line: index + 1, rule })
  const marks = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X'.repeat(3)].join('|')})\\b`)
  for (const [index, line] of commentsOnly(source).split('\n').entries())
    if (marks.test(line)) findings.push({ line: index + 1, rule: 'unfinished work belongs into an issue' })
  return findings
}

/** Files and functions that are too long to be read at a sitting. */
export function lengthFindings(source: string): Finding[] {
  const findings: Finding[] = []
  const lines = source.replace(/\n$/, '').split('\n').length
  if (lines > FILE_LINES_MAX)
    findings.push({ line: lines, rule: `a file has at most ${FILE_LINES_MAX} lines` })
  for (const { line, length } of functionsOf(source))
    if (length > FUNCTION_LINES_MAX)
      findings.push({
        line,
        rule: `a function has at most ${FUNCTION_LINES_MAX} lines; this one has ${length}`,
      })
  return findings
}

/**
 * Every function with a body in braces: where it begins and how many lines it has. The lines of functions within it
 * are counted there and not here: a maker of closures is as long as what it does itself.
 */
export function functionsOf(source: string): { line: number; length: number }[] {
  const code = codeOnly(source)
  const open: { line: number; isFunction: boolean; inner: number }[] = []
  const found: { line: number; length: number }[] = []
  let line = 1
  for (let at = 0; at < code.length; at++) {
    const char = code[at]
    if (char === '\n') line++
    else if (char === '{') open.push({ line, isFunction: opensFunction(code, at), inner: 0 })
    else if (char === '}') {
      const begun = open.pop()
      if (begun === undefined) continue
      const lines = line - begun.line + 1
      if (begun.isFunction) found.push({ line: begun.line, length: lines - begun.inner })
      const outer = open.at(-1)
      if (outer !== undefined) outer.inner += begun.isFunction ? Math.max(0, lines - 2) : begun.inner
    }
  }
  return found
}

/** A brace after `=>`, or after `)` with or without a return type, unless the parentheses belong to if, for … */
function opensFunction(code: string, at: number): boolean {
  const before = code.slice(Math.max(0, at - 2_000), at).trimEnd()
  if (before.endsWith('=>')) return true
  const close = closeOfParameters(before)
  if (close < 0) return false
  let depth = 0
  for (let back = close; back >= 0; back--) {
    if (before[back] === ')') depth++
    else if (before[back] === '(' && --depth === 0)
      return !/\b(if|for|while|switch|catch|with)\s*$/.test(before.slice(0, back).replace(/\bawait\s*$/, ''))
  }
  return false
}

/** Where the parenthesis is after which there is nothing, or a return type and nothing else; -1 when nowhere. */
function closeOfParameters(before: string): number {
  for (let at = before.length - 1; at >= Math.max(0, before.length - 400); at--) {
    if (before[at] !== ')') continue
    const tail = before.slice(at + 1)
    const balanced = tail.split('{').length === tail.split('}').length
    const isType =
      /^\s*:\s*[^=]/.test(tail) && !/\b(class|interface|return|const|let|type|enum|export|case)\b/.test(tail)
    if (tail.trim() === '' || (balanced && isType)) return at
  }
  return -1
}
