#!/usr/bin/env node
/** The one binary: `buttcloud …`. Wiring only. */
import './io/node-version'
import { existsSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { readVersion } from '../sbot/version'
import { register as tui } from './commands/tui'
import { leaveSoon } from './io/child-life'
import { configPath, defaultFolder } from './io/config-path'
import { oneOf } from './io/one-of'
import { fail, outliveReaders } from './io/run'
import { applySettings } from './io/settings'
import { withOperators } from './operators-own'
import { TIMEOUT_SECONDS_DEFAULT } from './options'

const USAGE = 2

/**
 * The terminal UI shall be there at once, so it does not wait until all other verbs are loaded; where settings stay in
 * a file it does, because the options of all of them say what may stand there.
 */
function isQuick(): boolean {
  if (process.argv[2] !== 'tui') return false
  const dir = process.argv.some((one) => one.startsWith('--dir')) ? null : defaultFolder()
  return dir !== null && !existsSync(configPath(dir))
}

function registerAll(program: Command): void {
  const { VERBS } = require('./commands/all') as typeof import('./commands/all')
  for (const register of VERBS) register(program)
}

function adminVerbs(program: Command): string[] {
  const admin = program.commands.find((one) => one.name() === 'admin')
  return admin === undefined ? [] : admin.commands.map((one) => one.name())
}

function createProgram(): Command {
  const program = new Command('buttcloud')
    .description('Your own always-on Scuttlebutt pub, asked for in a private message.')
    .version(readVersion(), '-V, --version')
    .option('--dir <folder>', 'where everything of ours lives (default: BUTTCLOUD_DIR, else ~/.buttcloud)')
    .option('--json', 'one line of JSON on stdout (docs/CLI.md)')
    .option('--no-wait', "don't wait for the answer")
    .option('--timeout <seconds>', 'how long to wait', String(TIMEOUT_SECONDS_DEFAULT))
    .addOption(
      oneOf('--owner <which>', 'which node is yours: running is your ssb-server, own the embedded one', [
        'auto',
        'running',
        'own',
      ]),
    )
    .option('--ssb-path <folder>', 'the folder of your ssb-server (default: ssb_path, else ~/.ssb)')
    .option('--provider <id>', 'which provider, when you have joined several (default: the newest)')
    .option('--verbose', 'say which node is used, and more about trouble')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(add --help for how to use it)')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ buttcloud up                       try everything on this machine',
        "  $ buttcloud join 'INVITE'            join somebody's provider",
        '  $ buttcloud create alice             ask it for a pub',
        '  $ buttcloud invite alice 5           an invite for five friends',
        '  $ buttcloud restart alice            start it anew',
        '  $ buttcloud inbox                    what came while you were away',
        '',
        'Exit codes: 0 done, 1 refused or failed, 2 used wrongly, 3 no answer in time.',
      ].join('\n'),
    )
    .exitOverride()
  if (isQuick()) tui(program)
  else registerAll(program)
  program.configureOutput({
    outputError: (text, write) => write(withOperators(text, adminVerbs(program))),
  })
  program.hook('preAction', (_, command) => applySettings(command))
  return program
}

async function main(): Promise<void> {
  outliveReaders()
  try {
    await createProgram().parseAsync(process.argv)
  } catch (error) {
    // commander has printed its sentence already.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : USAGE
    else fail(error, false)
  }
  leaveSoon()
}

void main()
