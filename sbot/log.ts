/**
 * The lines that provider, hub and bridge write for their operator: one per fact, on stderr. What is secret, and
 * addresses, are taken out of every line here (protocol/redact.ts), so nobody who logs has to think of it.
 */
import pino from 'pino'
import pretty from 'pino-pretty'
import { LOG_TEXT_CHARS_MAX } from '../protocol/limits-log'
import type { MetricProgram } from '../protocol/metrics'
import { redactText, redactValue } from '../protocol/redact'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** One line per fact: its particulars, and a sentence without them. */
export type Log = Record<LogLevel, (fields: object, line: string) => void>

export interface LogLook {
  /** What is less than this is left out. Default: info. */
  level?: LogLevel
  /** Lines for people, as a terminal shows them; else JSON, a line each. */
  people?: boolean
  colours?: boolean
}

const STDERR = 2

/** A logger on stderr, or one that hands plain lines to a function. */
export function createLog(program: MetricProgram, look: LogLook = {}, take?: (line: string) => void): Log {
  const write = take === undefined ? writerOf(program, look) : plain(look.level ?? 'info', take)
  const at = (level: LogLevel) => (fields: object, line: string) => {
    // A field that can't be read must not cost the fact.
    const clean = redactValue(fields)
    write(
      level,
      typeof clean === 'object' && clean !== null ? cut(clean) : {},
      oneLine(redactText(String(line))),
    )
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

type Write = (level: LogLevel, fields: object, line: string) => void

function writerOf(
  program: MetricProgram,
  { level = 'info', people = false, colours = false }: LogLook,
): Write {
  const stream = people
    ? pretty({
        ...{ destination: STDERR, sync: true, colorize: colours, singleLine: true },
        ...{ translateTime: 'SYS:yyyy-mm-dd HH:MM:ss', ignore: 'program' },
      })
    : pino.destination({ dest: STDERR, sync: true })
  const logger = pino(
    {
      level,
      base: { program },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    stream,
  )
  return (at, fields, line) => logger[at](fields, line)
}

/** `a fact (name=value, …)`, for who reads lines and no JSON. */
function plain(level: LogLevel, take: (line: string) => void): Write {
  const least = LOG_LEVELS.indexOf(level)
  return (at, fields, line) => {
    if (LOG_LEVELS.indexOf(at) < least) return
    const details = Object.entries(fields).map(
      ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    take(unbroken(details.length === 0 ? line : `${line} (${details.join(', ')})`))
  }
}

/** Cut after it was cleaned: half a secret would not be known as one. */
function cut(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? short(value) : value]),
  )
}

const short = (text: string): string =>
  text.length <= LOG_TEXT_CHARS_MAX ? text : `${text.slice(0, LOG_TEXT_CHARS_MAX)}…`

const unbroken = (text: string): string => text.replace(/\s*[\r\n]+\s*/g, ' ')

const oneLine = (text: string): string => short(unbroken(text))
