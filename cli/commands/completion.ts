/** `buttcloud completion SHELL`, and what its scripts ask at each Tab: `buttcloud complete -- WORDS…`. */
import { Argument, type Command, type Option } from 'commander'
import { beginning, complete, completionText, SCRIPTS, SHELLS, type Shell, type Verb } from '../completion'
import type { Context } from '../context'
import { Failure } from '../failure'
import { pubNames } from '../io/pub-names'
import { run } from '../io/run'

export function register(program: Command): void {
  const shell = new Argument('<shell>', SHELLS.join(', '))
  shell.argChoices = [...SHELLS]
  program
    .command('completion')
    .description('print what makes your shell complete verbs, options and the names of your pubs')
    .addArgument(shell)
    .addHelpText(
      'after',
      '\nExamples:\n  $ source <(buttcloud completion bash)\n  $ buttcloud completion bash > ~/.local/share/bash-completion/completions/buttcloud\n  $ buttcloud completion zsh > ~/.zfunc/_buttcloud     (a folder of your fpath)\n  $ buttcloud completion fish > ~/.config/fish/completions/buttcloud.fish',
    )
    .action(
      run(async (context, [given]) => {
        const which = String(given)
        if (!(SHELLS as readonly string[]).includes(which))
          throw new Failure(2, `There is a completion for ${SHELLS.join(', ')}, not for "${which}".`)
        context.stdout.write(SCRIPTS[which as Shell])
      }),
    )
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(run((context, [words]) => answer(context, program, words as string[])))
}

async function answer(context: Context, program: Command, words: string[]): Promise<void> {
  const before = words.slice(0, -1)
  const current = words.at(-1) ?? ''
  const found = complete(verbOf(program), before, current)
  const shown =
    found.kind === 'pubs'
      ? beginning(
          (await pubNames(context)).map((word) => ({ word, does: 'your pub' })),
          current,
        )
      : found
  if (shown.kind !== 'pubs') context.stdout.write(completionText(shown))
}

function verbOf(command: Command): Verb {
  const visible = command.createHelp()
  return {
    name: command.name(),
    does: command.description(),
    flags: visible.visibleOptions(command).map(flagOf),
    takes: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      choices: argument.argChoices ?? null,
      many: argument.variadic,
    })),
    verbs: visible.visibleCommands(command).map(verbOf),
  }
}

function flagOf(option: Option): Verb['flags'][number] {
  const names = [option.short, option.long].filter((name) => name != null)
  const value = /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1] ?? null
  return { names, does: option.description, value, choices: option.argChoices ?? null }
}
