/** `buttcloud start [NAME]`, `stop [NAME]`, `restart [NAME]` */
import type { Command } from 'commander'
import { converse } from '../io/converse'
import { run } from '../io/run'
import { aboutPub } from '../words'

const VERBS: [verb: 'start' | 'stop' | 'restart', does: string][] = [
  ['start', 'switch a stopped pub on; done when it is up'],
  ['stop', 'switch a pub off until you start it again; its data, address and invites are kept'],
  ['restart', 'start a pub anew; done when it is up again'],
]

export function register(program: Command): void {
  for (const [verb, does] of VERBS)
    program
      .command(verb)
      .description(does)
      .argument('[name]', 'which pub; may be left out when there is one')
      .addHelpText(
        'after',
        `\nExamples:\n  $ buttcloud ${verb} alice\n  $ buttcloud ${verb} alice --json\n  $ buttcloud ${verb} alice --no-wait`,
      )
      .action(
        run(async (context, [name]) => {
          const text = name === undefined ? verb : aboutPub(verb, name)
          await converse(context, { text, thread: 'newest' })
        }),
      )
}
