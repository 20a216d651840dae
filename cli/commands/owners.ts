/** `buttcloud owners [NAME] [add|remove FEED]` */
import type { Command } from 'commander'
import { Failure } from '../failure'
import { converse } from '../io/converse'
import { run } from '../io/run'
import { FEED_FORMS, feedArgument, nameArgument, words } from '../words'

export function register(program: Command): void {
  program
    .command('owners')
    .description('show who may command a pub, or change it')
    .argument('[name]', 'which pub; may be left out when there is one')
    .argument('[change]', 'add or remove')
    .argument('[feed]', FEED_FORMS)
    .addHelpText(
      'after',
      "\nExamples:\n  $ buttcloud owners alice\n  $ buttcloud owners alice add '@…=.ed25519'\n  $ buttcloud owners alice remove '@…=.ed25519'\n  $ buttcloud owners alice --json",
    )
    .action(
      run((context, [name, change, feed]) => {
        if (change !== undefined && change !== 'add' && change !== 'remove')
          throw new Failure(2, `An owner is added or removed, so say add or remove, not "${String(change)}".`)
        if (change !== undefined && feed === undefined)
          throw new Failure(2, `Say whom, too: buttcloud owners ${String(name)} ${change} '@…=.ed25519'`)
        const changing = change === undefined ? [] : [change, feedArgument(feed)]
        const pub = name === undefined ? null : nameArgument(name)
        return converse(context, { text: words('owners', pub, ...changing), thread: 'newest' })
      }),
    )
}
