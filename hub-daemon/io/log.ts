/** What this program's files log with. */
export type { Log } from '../../sbot/log'
