/** `buttcloud admin mail` and `admin mail test`: the queue, and whether the mail server takes anything. */
import type { Command } from 'commander'
import type { MailTestAnswer, MailView } from '../../protocol/mail'
import type { Context } from '../context'
import { Failure } from '../failure'
import { run } from '../io/run'
import { mailTestText, mailText } from '../mail-text'
import { emailArgument } from '../words'

type AskProvider = <T>(
  context: Context,
  method: 'adminMail' | 'adminMailTest',
  argument: object,
) => Promise<T>

/** Adds it to `admin`. */
export function registerMail(admin: Command, ask: AskProvider): void {
  const mail = admin
    .command('mail')
    .description('show which mails wait, and which could not be delivered')
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud admin mail\n  $ buttcloud admin mail test\n  $ buttcloud admin mail test you@example.org',
    )
    .action(
      run(async (context) => {
        const view = await ask<MailView>(context, 'adminMail', {})
        context.print(context.options.json ? JSON.stringify(view) : mailText(view, Date.now()))
      }),
    )
  mail
    .command('test [address]')
    .description('send one mail now, and show what the mail server said (default: to the operator)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud admin mail test\n  $ buttcloud admin mail test you@example.org',
    )
    .action(
      run(async (context, [given]) => {
        const address = given === undefined ? null : emailArgument(given)
        if (address === 'off')
          throw new Failure(2, 'off is no mail address; to send no mail, take `mail` out of config.json.')
        const answer = await ask<MailTestAnswer>(context, 'adminMailTest', { address })
        context.print(context.options.json ? JSON.stringify(answer) : mailTestText(answer))
        if (!answer.ok)
          throw new Failure(
            1,
            'No mail goes out like this. The lines above say what the mail server answered.',
          )
      }),
    )
}
