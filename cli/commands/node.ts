/** `buttcloud node`: the owner's embedded node, running on its own. `up` starts it; the other verbs then use it. */
import type { Command } from 'commander'
import { hasParent, tellParent, untilStopped } from '../io/child-life'
import { endOnTheUncaught } from '../io/last-words'
import { run } from '../io/run'

export function register(program: Command): void {
  program
    .command('node')
    .description("run the owner's embedded node, so that answers come in while no other command runs")
    .option(
      '--nobody-else',
      'I am sure that no other copy of this feed runs: write without asking anybody first',
    )
    .addHelpText('after', '\nExamples:\n  $ buttcloud node')
    .action(
      run(async (context) => {
        endOnTheUncaught("The owner's node", context.options.verbose)
        const { openEmbedded } = await import('../io/owner-embedded.js')
        const door = await openEmbedded({
          folder: context.options.dir,
          unixSocket: true,
          ...(context.given.nobodyElse === true ? { nobodyElse: true } : {}),
          log: context.say,
        })
        tellParent({ kind: 'ready', facts: { id: door.id } })
        if (!hasParent()) context.print(`The owner node ${door.id} runs. Ctrl-C ends it.`)
        await untilStopped(() => door.close())
      }),
    )
}
