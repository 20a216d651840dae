/** What a command gets: streams, options, the way to the owner's node. Made once in main, used by one command. */
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { Millis } from '../protocol/ids'
import { type CommonOptions, readOptions } from './options'
import { type Paint, paint, wrap } from './render'
import { secondText, whenText } from './when'

type Terminal = Writable & { isTTY?: boolean; columns?: number }

export interface Context {
  options: CommonOptions
  /** All options as they were given, for a command's own ones. */
  given: Record<string, unknown>
  stdin: Readable & { isTTY?: boolean }
  stdout: Terminal
  stderr: Terminal
  /** For what goes to stdout. */
  paint: Paint
  /** Columns of stdout. */
  width: number
  /** A time by the person's own clock, with how long ago that is. */
  when(at: Millis): string
  /** The same to the second, without its age. */
  second(at: Millis): string
  /** A line on stdout. */
  print(text: string): void
  /** A line on stderr. */
  say(text: string): void
  /** Sentences on stderr, broken between words where that is a terminal. */
  tell(text: string): void
  /** A line on stderr, with --verbose only. */
  explain(text: string): void
}

const WIDTH_DEFAULT = 100
const WIDTH_MAX = 110

/** Of Greenwich, here, at that time. */
const minutesEast = (at: number): number => -new Date(at).getTimezoneOffset() || 0

/** Checks the options and makes the context. Throws a Failure (2) on a bad option. */
export function createContext(given: Record<string, unknown>): Context {
  const { stdin, stdout, stderr, env } = process
  const options = readOptions(given, { environment: env, home: homedir() })
  options.dir = resolve(options.dir)
  options.ssbPath = resolve(options.ssbPath)
  const colours = stdout.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb'
  return {
    options,
    given,
    stdin,
    stdout,
    stderr,
    paint: paint(colours),
    width: Math.min(stdout.columns ?? WIDTH_DEFAULT, WIDTH_MAX),
    when: (at) => whenText(at, Date.now(), minutesEast(at)),
    second: (at) => secondText(at, minutesEast(at)),
    print: (text) => void stdout.write(`${text}\n`),
    say: (text) => void stderr.write(`${text}\n`),
    tell: (text) => {
      const lines = stderr.isTTY === true ? wrap(text, stderr.columns ?? WIDTH_DEFAULT) : [text]
      stderr.write(`${lines.join('\n')}\n`)
    },
    explain: (text) => void (options.verbose && stderr.write(`${text}\n`)),
  }
}
