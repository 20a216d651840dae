/** An error as the hub remembers it. */
import { isDiskFull } from '../../sbot/failing-disk'
import { EngineError } from '../engines/engine'
import type { Trouble } from '../memory'
import { clean } from '../words'
import { KeyError } from './escrow'

export function troubleOf(error: unknown): Trouble {
  const message = clean(error instanceof Error ? error.message : String(error))
  if (error instanceof KeyError) return { kind: 'no-key', message }
  if (!(error instanceof EngineError)) return { kind: isDiskFull(error) ? 'disk-full' : 'other', message }
  const { kind } = error
  return { kind: kind === 'exists' || kind === 'missing' ? 'other' : kind, message }
}
