/** What provider, hub and bridge have in common on the command line: figures for a monitor, and how the log looks. */
import type { Command } from 'commander'
import type { MetricProgram } from '../../protocol/metrics'
import type { LogLook } from '../../sbot/log'
import type { Context } from '../context'
import { Failure } from '../failure'
import { monitorFlags } from '../monitor-options'
import { oneOf } from './one-of'

/** As in sbot/log.ts, which is read in only where something is logged. */
const LEVELS: NonNullable<LogLook['level']>[] = ['debug', 'info', 'warn', 'error']

/** Adds the options. */
export function addServiceOptions(command: Command, program: MetricProgram): void {
  for (const [flags, description] of monitorFlags(program)) command.option(flags, description)
  command.addOption(oneOf('--log-level <level>', 'the least that is logged', LEVELS, 'info'))
}

/** Lines for people on a terminal, JSON for everything else. Throws a Failure (2) for a level there is not. */
export function logLook({ given, options, stderr }: Context): LogLook {
  const level = LEVELS.find((one) => one === given.logLevel)
  if (level === undefined)
    throw new Failure(2, `--log-level is one of ${LEVELS.join(', ')}, not "${String(given.logLevel)}".`)
  const { NO_COLOR = '', TERM } = process.env
  const people = stderr.isTTY === true && !options.json
  return { level, people, colours: people && NO_COLOR === '' && TERM !== 'dumb' }
}
