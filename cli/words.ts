/** Arguments that become part of a sentence to the provider. */
import { type AboutKind, checkAbout, quoted } from '../protocol/about-text'
import { checkName } from '../protocol/name'
import { Failure } from './failure'

/** A pub's name; throws a Failure (2) with the reason. */
export function nameArgument(given: unknown): string {
  const checked = checkName(String(given))
  if (!checked.ok) throw new Failure(2, checked.reason)
  return checked.name
}

/** What a pub shall say of itself, in quotes that keep it as it is; throws a Failure (2) with the reason. */
export function aboutArgument(kind: AboutKind, words: string[]): string {
  const rest = words.length > 1 && words[0]?.toLowerCase() === 'as' ? words.slice(1) : words
  const checked = checkAbout(kind, rest.join(' '))
  if (!checked.ok) throw new Failure(2, checked.reason)
  return quoted(checked.text)
}
