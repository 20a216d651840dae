/** Runs one test file as a process of its own and counts what it asserts (TAP 13, as tape prints it). */
import { type ChildProcess, spawn } from 'node:child_process'

export interface FileResult {
  passed: number
  failed: number
  /** Reasons of what was left out; under CI each counts as failed. */
  skipped: string[]
  output: string
  ms: number
}

/** Output of one file that is kept; what is over is dropped from the middle on. */
const OUTPUT_CHARS_MAX = 4 * 1024 * 1024
/** A file whose process ended may have left children that hold its output open. */
const CLOSE_MS = 5_000
const running = new Set<ChildProcess>()

/**
 * Runs the file in a process group of its own, which is ended as a whole at the deadline and at the end. `before` goes
 * before its command.
 */
export function runFile(
  file: string,
  name: string,
  deadlineMs: number,
  before: string[] = [],
): Promise<FileResult> {
  const started = Date.now()
  const [program = '', ...words] = [...before, process.execPath, '--no-deprecation', file]
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  running.add(child)
  let taps = ''
  let output = ''
  const keep = (chunk: Buffer) => {
    if (output.length < OUTPUT_CHARS_MAX) output += chunk.toString('utf8')
  }
  child.stdout.on('data', (chunk: Buffer) => {
    taps += chunk.toString('utf8')
    keep(chunk)
  })
  child.stderr.on('data', keep)
  return new Promise((resolve) => {
    let late = false
    const deadline = setTimeout(() => {
      late = true
      endGroup(child)
    }, deadlineMs)
    const settle = (how: string | null) => {
      clearTimeout(deadline)
      clearTimeout(closing)
      endGroup(child)
      running.delete(child)
      const trouble = late ? `${name} did not end within ${deadlineMs / 1000} s and was ended by force` : how
      resolve({
        ...judge(taps, trouble, process.env.CI === 'true'),
        ...verdictOutput(output, trouble),
        ms: Date.now() - started,
      })
    }
    let closing: NodeJS.Timeout | undefined
    let how: string | null = null
    child.once('error', (error) => settle(`${name} could not be run: ${error.message}`))
    child.once('exit', (code, signal) => {
      how = code === 0 ? null : `${name} ended with ${code ?? signal}`
      closing = setTimeout(() => settle(how), CLOSE_MS)
    })
    child.once('close', () => settle(how))
  })
}

/** Ends every test that runs. */
export function stopAll(): void {
  for (const child of running) endGroup(child)
}

function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Nobody of the group is left.
  }
}

function verdictOutput(output: string, trouble: string | null): { output: string } {
  return { output: trouble === null ? output : `${output}\n${trouble}\n` }
}

/**
 * Counts assertions. `trouble` is what went wrong with the process itself. Each of these is one failure more: a
 * process in trouble whose assertions all hold, no assertion at all, fewer assertions than planned; under CI
 * everything that was left out as well.
 */
export function judge(
  tap: string,
  trouble: string | null,
  strict: boolean,
): { passed: number; failed: number; skipped: string[] } {
  let passed = 0
  let failed = 0
  let planned = 0
  let asserted = 0
  const skipped: string[] = []
  for (const line of tap.split('\n')) {
    const plan = /^1\.\.(\d+)/.exec(line)
    if (plan !== null) planned = Number(plan[1])
    const [, not, text] = /^(not )?ok\b(.*)$/.exec(line) ?? []
    if (text === undefined) {
      if (/^# SKIP\b/i.test(line)) skipped.push(line.replace(/^# SKIP\s*/i, '').trim() || 'no reason given')
      continue
    }
    asserted++
    const left = /#\s*(?:SKIP|TODO)\b\s*(.*)$/i.exec(text)
    if (left !== null) skipped.push(left[1]?.trim() || text.trim())
    else if (not === undefined) passed++
    else failed++
  }
  const empty = asserted === 0 && skipped.length === 0
  const broken = trouble !== null || empty || asserted < planned
  if (failed === 0 && broken) failed = 1
  if (strict) failed += skipped.length
  return { passed, failed, skipped }
}

/** Lines of a failed assertion that are told again, and of the end of the output. */
const EXCERPT_LINES = 30
const END_LINES = 12
/** Assertions that are told again; where more fail, the first ones say why. */
const EXCERPTS_MAX = 3

/** What went wrong, short: the first assertions that failed, and the end, which says how the process ended. */
export function failuresIn(output: string): string {
  const lines = output.trimEnd().split('\n')
  const at = lines.flatMap((line, index) => (/^not ok\b/.test(line) ? [index] : [])).slice(0, EXCERPTS_MAX)
  const told = new Set<number>()
  for (const begin of at)
    for (let index = begin; index < begin + EXCERPT_LINES && index < lines.length; index++) {
      told.add(index)
      if (/^ {2}\.\.\.$/.test(lines[index] ?? '')) break
    }
  for (let index = Math.max(0, lines.length - END_LINES); index < lines.length; index++) told.add(index)
  return lines.filter((_, index) => told.has(index)).join('\n')
}
