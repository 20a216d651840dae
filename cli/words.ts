/** Arguments that become part of a sentence to the provider. */
import { checkName } from '../protocol/name'
import { Failure } from './failure'

/** A pub's name; throws a Failure (2) with the reason. */
export function nameArgument(given: unknown): string {
  const checked = checkName(String(given))
  if (!checked.ok) throw new Failure(2, checked.reason)
  return checked.name
}
