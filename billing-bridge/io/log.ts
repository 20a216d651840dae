/** What this program's files log with. */
import type { Log as Whole } from '../../sbot/log'

export type Log = Pick<Whole, 'info' | 'warn' | 'error'>
