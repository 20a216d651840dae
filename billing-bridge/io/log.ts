/** Lines for the operator: one per fact, on stderr, without keys, links or addresses. */
import pino from 'pino'

/** The part of a pino logger that the bridge uses. */
export interface Log {
  info(fields: object, line: string): void
  warn(fields: object, line: string): void
  error(fields: object, line: string): void
}

/** A logger on stderr, or one that hands plain lines to a function. */
export function createLog(line?: (line: string) => void): Log {
  if (line === undefined) return pino({ name: 'billing', base: { name: 'billing' } }, pino.destination(2))
  const write = (fields: object, text: string) => {
    const details = Object.entries(fields).map(
      ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    line(details.length === 0 ? text : `${text} (${details.join(', ')})`)
  }
  return { info: write, warn: write, error: write }
}
