/** `buttcloud follow NAME FEED`, `unfollow`, `block`, `unblock` */
import type { Command } from 'commander'
import { converse } from '../io/converse'
import { run } from '../io/run'
import { FEED_FORMS, feedArgument, nameArgument, words } from '../words'

const VERBS: [verb: string, does: string][] = [
  ['follow', 'let a pub follow somebody, in public, and pass their messages on'],
  ['unfollow', 'let a pub follow somebody no longer'],
  ['block', 'let a pub have nothing more to do with somebody; everybody can see that'],
  ['unblock', 'take a block of somebody back'],
]

export function register(program: Command): void {
  for (const [verb, does] of VERBS)
    program
      .command(verb)
      .description(does)
      .argument('<name>', 'which pub')
      .argument('<feed>', FEED_FORMS)
      .addHelpText(
        'after',
        `\nExamples:\n  $ buttcloud ${verb} alice '@…=.ed25519'\n  $ buttcloud ${verb} alice ssb:feed/ed25519/… --json`,
      )
      .action(
        run((context, [name, feed]) =>
          converse(context, { text: words(verb, nameArgument(name), feedArgument(feed)), thread: 'newest' }),
        ),
      )
}
