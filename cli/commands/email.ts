/** `buttcloud email [ADDRESS|off]`, `buttcloud email --code CODE` */
import { type Command, Option } from 'commander'
import { Failure } from '../failure'
import { setEmail, showEmail } from '../io/email'
import { run } from '../io/run'
import { codeArgument, emailArgument } from '../words'

export function register(program: Command): void {
  program
    .command('email')
    .description('say where mail about your pubs goes, or that none does; alone: show whether any does')
    .argument('[address]', 'a mail address, which gets a code; or off')
    .addOption(new Option('--code <code>', 'the code that came by mail: confirms the address'))
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud email\n  $ buttcloud email alice@example.org\n  $ buttcloud email --code 123456\n  $ buttcloud email off --json\n\nThe address goes to the provider directly and stands in no message. `buttcloud say "email …"` would put it on your feed.',
    )
    .action(
      run(async (context, [given]) => {
        const { code } = context.given
        if (code !== undefined && given !== undefined)
          throw new Failure(
            2,
            'Give an address or --code, not both: the code confirms the address given before.',
          )
        if (code !== undefined) return setEmail(context, { address: null, code: codeArgument(code) })
        if (given === undefined) return showEmail(context)
        const address = emailArgument(given)
        await setEmail(context, { address: address === 'off' ? null : address, code: null })
      }),
    )
}
