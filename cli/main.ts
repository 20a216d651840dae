#!/usr/bin/env node
/** The one binary: `buttcloud …`. Wiring only. */
import './io/node-version'
import { Command, CommanderError } from 'commander'
import { readVersion } from '../sbot/version'
import { register as about } from './commands/about'
import { register as admin } from './commands/admin'
import { register as billing } from './commands/billing'
import { register as call } from './commands/call'
import { register as care } from './commands/care'
import { register as completion } from './commands/completion'
import { register as config } from './commands/config'
import { register as contact } from './commands/contact'
import { register as create } from './commands/create'
import { register as deletePub } from './commands/delete'
import { register as doctor } from './commands/doctor'
import { register as email } from './commands/email'
import { register as exportPub } from './commands/export'
import { register as hub } from './commands/hub'
import { register as importPub } from './commands/import'
import { register as inbox } from './commands/inbox'
import { register as invite } from './commands/invite'
import { register as invites } from './commands/invites'
import { register as join } from './commands/join'
import { register as list } from './commands/list'
import { register as node } from './commands/node'
import { register as open } from './commands/open'
import { register as owners } from './commands/owners'
import { register as paying } from './commands/paying'
import { register as power } from './commands/power'
import { register as provider } from './commands/provider'
import { register as say } from './commands/say'
import { register as seeing } from './commands/seeing'
import { register as stats } from './commands/stats'
import { register as status } from './commands/status'
import { register as thread } from './commands/thread'
import { register as up } from './commands/up'
import { register as web } from './commands/web'
import { leaveSoon } from './io/child-life'
import { oneOf } from './io/one-of'
import { fail, outliveReaders } from './io/run'
import { applySettings } from './io/settings'
import { TIMEOUT_SECONDS_DEFAULT } from './options'

const USAGE = 2

/** In the order of the help. */
const VERBS = [
  up,
  join,
  create,
  list,
  status,
  stats,
  seeing,
  inbox,
  thread,
  invite,
  invites,
  power,
  care,
  about,
  exportPub,
  importPub,
  contact,
  web,
  owners,
  call,
  open,
  deletePub,
  paying,
  email,
  say,
  provider,
  hub,
  billing,
  node,
  config,
  completion,
  doctor,
  admin,
]

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
  for (const register of VERBS) register(program)
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
