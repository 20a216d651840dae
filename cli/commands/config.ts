/** `buttcloud config get [KEY] | set KEY VALUE | unset KEY | path` */
import type { Command } from 'commander'
import type { Context } from '../context'
import { Failure } from '../failure'
import { changeConfig } from '../io/config-file'
import { configPath } from '../io/config-path'
import { run } from '../io/run'
import { effectiveSettings, folderOf, settingsIn } from '../io/settings'
import { table } from '../render'
import { checkValue, type Effective, type Setting, unknownSetting } from '../settings'

const RULE =
  'What wins: a flag, else the environment (BUTTCLOUD_TIMEOUT, BUTTCLOUD_HUB_HOST …), else the file, else the default.'

export function register(program: Command): void {
  const config = program
    .command('config')
    .description('settings that stay, so that they need not be said each time')
    .addHelpText(
      'after',
      `\n${RULE}\n\nExamples:\n  $ buttcloud config get\n  $ buttcloud config set all.timeout 60\n  $ buttcloud config set hub.host hub1.example.org\n  $ buttcloud config unset all.timeout\n  $ buttcloud config path`,
    )
  config
    .command('get')
    .description('show one setting, or all that are set (--all: also those that are not)')
    .argument('[key]', 'like all.timeout or hub.host')
    .option('--all', 'also what is not set')
    .addHelpText(
      'after',
      `\n${RULE}\n\nExamples:\n  $ buttcloud config get\n  $ buttcloud config get hub.host`,
    )
    .action(run(async (context, [key]) => get(context, program, key)))
  config
    .command('set')
    .description('keep a setting')
    .argument('<key>', 'like all.timeout or hub.host')
    .argument('<value>', 'what the option of this name takes')
    .addHelpText('after', '\nExamples:\n  $ buttcloud config set all.timeout 60')
    .action(
      run(async (context, [key, value]) => {
        const setting = settingOf(program, key)
        const checked = checkValue(setting, String(value))
        if (!checked.ok) throw new Failure(2, `${checked.sentence}.`)
        // A file with faults is not written over: what is in it may still be wanted.
        effectiveSettings(program)
        change(context, program, setting, checked.value)
      }),
    )
  config
    .command('unset')
    .description('keep a setting no longer')
    .argument('<key>', 'like all.timeout or hub.host')
    .addHelpText('after', '\nExamples:\n  $ buttcloud config unset all.timeout')
    .action(
      run(async (context, [key]) => {
        const setting = settingOf(program, key)
        effectiveSettings(program)
        change(context, program, setting, null)
      }),
    )
  config
    .command('path')
    .description('say where the file is')
    .addHelpText('after', '\nExamples:\n  $ buttcloud config path')
    .action(
      run(async (context) => {
        const path = configPath(folderOf(program))
        context.print(context.options.json ? JSON.stringify({ path }) : path)
      }),
    )
}

function settingOf(program: Command, key: unknown): Setting {
  const settings = settingsIn(program)
  const found = settings.find((one) => one.key === String(key))
  if (found !== undefined) return found
  const said = unknownSetting(String(key), settings)
  throw new Failure(2, `${said.charAt(0).toUpperCase()}${said.slice(1)}`)
}

function get(context: Context, program: Command, key: unknown): void {
  const all = effectiveSettings(program)
  const shown =
    key === undefined
      ? all.filter(({ from }) => context.given.all === true || from === 'file' || from === 'environment')
      : all.filter(({ setting }) => setting.key === settingOf(program, key).key)
  if (context.options.json)
    return context.print(
      JSON.stringify(
        shown.map(({ setting, from, value, where }) => ({ key: setting.key, value, from, where })),
      ),
    )
  if (key !== undefined) {
    const [only] = shown
    return context.print(only === undefined ? '' : valueText(only))
  }
  if (shown.length === 0)
    return context.say('Nothing is set. See what can be with: buttcloud config get --all')
  context.print(
    table(
      ['setting', 'value', 'from'],
      shown.map((one) => [one.setting.key, valueText(one), fromText(one)]),
    ),
  )
}

const valueText = ({ value }: Effective): string =>
  value === null ? '(not set)' : Array.isArray(value) ? value.join(', ') : String(value)

const fromText = ({ from, where }: Effective): string =>
  from === 'file' ? `config.yaml, line ${where}` : from === 'environment' ? `environment, ${where}` : ''

function change(context: Context, program: Command, setting: Setting, value: Effective['value']): void {
  const folder = folderOf(program)
  changeConfig(folder, setting, value)
  if (context.options.json) {
    context.print(JSON.stringify({ key: setting.key, value, path: configPath(folder) }))
    return
  }
  context.say(
    value === null
      ? `${setting.key} is set no longer.`
      : `${setting.key} is ${value} from now on, in ${configPath(folder)}.`,
  )
}
