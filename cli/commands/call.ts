/** `buttcloud run NAME METHOD [ARGS…]` */
import type { Command } from 'commander'
import { converse } from '../io/converse'
import { run } from '../io/run'
import { callText } from '../words'

export function register(program: Command): void {
  program
    .command('run')
    .description(
      'call a method of a pub, which is an ssb-server; the answer to a wrong one lists what there is',
    )
    .argument('<name>', 'which pub')
    .argument('<method>', 'as in whoami, friends.isFollowing')
    .argument('[arguments...]', 'JSON, or plain words')
    .addHelpText(
      'after',
      "\nExamples:\n  $ buttcloud run alice whoami\n  $ buttcloud run alice friends.isFollowing '@…=.ed25519' '@…=.ed25519'\n  $ buttcloud run alice gossip.peers --json\n\nPut -- before arguments that begin with a hyphen.",
    )
    .action(
      run((context, [name, method, given]) =>
        converse(context, { text: callText(name, method, given as string[]), thread: 'newest' }),
      ),
    )
}
