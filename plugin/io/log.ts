/** What the provider's files log with: one function, as a stock server's operator may give one too. */
import { createLog, type Log as Lines } from '../../sbot/log'
import type { Log } from './provider'

/** Over a logger of ours. */
export function logOver(lines: Lines): Log {
  return (level, fact, details = {}) => lines[level](details, fact)
}

/** JSON lines on stderr: inside somebody's own server they stand among others. */
export const toStderr = (): Log => logOver(createLog('provider'))
