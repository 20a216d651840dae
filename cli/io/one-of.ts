/** Options with a few values: help, settings and completion know them; the verb's own check refuses the rest. */
import { Option } from 'commander'

/** Not commander's own `choices`, whose complaint says less than ours. */
export function oneOf(flags: string, does: string, values: string[], given?: string): Option {
  const option = new Option(flags, does)
  option.argChoices = values
  return given === undefined ? option : option.default(given)
}
