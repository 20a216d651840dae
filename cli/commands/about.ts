/** `buttcloud name NAME TEXT`, `describe NAME TEXT` */
import type { Command } from 'commander'
import { converse } from '../io/converse'
import { run } from '../io/run'
import { aboutArgument, nameArgument } from '../words'

const VERBS: [verb: 'name' | 'describe', does: string, example: string][] = [
  ['name', 'set what a pub calls itself in public; its name in commands stays', "Alice's Garden"],
  ['describe', 'set how a pub describes itself in public', 'A quiet place for gardeners'],
]

export function register(program: Command): void {
  for (const [verb, does, example] of VERBS)
    program
      .command(verb)
      .description(does)
      .argument('<name>', 'which pub')
      .argument('<text...>', 'one line; a leading "as" is left out')
      .addHelpText(
        'after',
        `\nExamples:\n  $ buttcloud ${verb} alice "${example}"\n  $ buttcloud ${verb} alice as "${example}"\n  $ buttcloud ${verb} alice "${example}" --json`,
      )
      .action(
        run(async (context, [name, words]) => {
          const about = aboutArgument(verb, words as string[])
          await converse(context, { text: `${verb} ${nameArgument(name)} as ${about}`, thread: 'newest' })
        }),
      )
}
