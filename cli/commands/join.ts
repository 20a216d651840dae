/** `buttcloud join INVITE` */
import type { Command } from 'commander'
import { codeOf, Failure, firstLine } from '../failure'
import { parseInviteCode } from '../invite-code'
import { openOwner } from '../io/owner'
import { startProgress } from '../io/progress'
import { run } from '../io/run'

export function register(program: Command): void {
  program
    .command('join')
    .description("redeem a provider's invite, so that you can ask it for pubs")
    .argument('<invite>', 'host:port:@key.ed25519~seed; in quotes')
    .addHelpText(
      'after',
      "\nExamples:\n  $ buttcloud join 'pubs.example.org:8008:@…=.ed25519~…='\n\nYour running ssb-server (Patchwork, Oasis …) is used where one answers, else a node of our own.",
    )
    .action(
      run(async (context, [invite]) => {
        const code = parseInviteCode(String(invite))
        if (code === null)
          throw new Failure(
            2,
            'That is not an invite. One looks like host:port:@…=.ed25519~…= and is best put in single quotes.',
          )
        const door = await openOwner(context)
        const progress = startProgress(context, 'Redeeming the invite')
        try {
          const joined = await door.accept(String(invite)).catch((error: unknown) => {
            throw new Failure(
              codeOf(error),
              `Could not join ${code.host}:${code.port}: ${firstLine(error)}`,
              {
                cause: error,
              },
            )
          })
          progress.end()
          if (context.options.json) context.print(JSON.stringify({ outcome: 'done', ...joined }))
          else
            context.print(`Joined the provider ${joined.id}.\nAsk it for a pub with: buttcloud create NAME`)
        } finally {
          progress.end()
          await door.close()
        }
      }),
    )
}
