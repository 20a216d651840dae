/** Settings that stay, applied to a command before it acts: a flag wins over the environment, that over the file. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command, Option } from 'commander'
import { Failure } from '../failure'
import {
  type Effective,
  effective,
  type OptionShape,
  SECTIONS,
  type Section,
  type Setting,
  settingsOf,
  type Written,
} from '../settings'
import { hasParent } from './child-life'
import { configPath, defaultFolder } from './config-path'

/** Where the values came from that no flag gave, so that a complaint can say it. */
const origins = new WeakMap<Command, Map<string, string>>()

const rootOf = (command: Command): Command => (command.parent === null ? command : rootOf(command.parent))

/** The section of a command: its verb's, if that has one. */
function sectionOf(command: Command): Section | null {
  if (command.parent === null) return 'all'
  const verb = command.parent.parent === null ? command.name() : sectionOf(command.parent)
  return (SECTIONS as readonly (string | null)[]).includes(verb) ? (verb as Section) : null
}

/** All settings that this program has. */
export function settingsIn(program: Command): Setting[] {
  const shapes: OptionShape[] = []
  const gather = (command: Command): void => {
    const section = sectionOf(command)
    if (section !== null) for (const option of command.options) shapes.push(shapeOf(section, option))
    for (const sub of command.commands) gather(sub)
  }
  gather(program)
  return settingsOf(shapes)
}

function shapeOf(section: Section, option: Option): OptionShape {
  return {
    section,
    attribute: option.attributeName(),
    kind:
      option.isBoolean() || option.negate ? 'switch' : Array.isArray(option.defaultValue) ? 'list' : 'text',
    choices: option.argChoices ?? null,
    does: option.description,
    default: option.defaultValue,
  }
}

/** The folder in which the settings are; it can't be a setting itself. */
export function folderOf(program: Command): string {
  const given: unknown = program.opts().dir
  return resolve(typeof given === 'string' && given.trim() !== '' ? given : defaultFolder())
}

/** What holds where no flag is given. Throws a Failure (2). */
export function effectiveSettings(program: Command): Effective[] {
  const settings = settingsIn(program)
  const folder = folderOf(program)
  // Most people have no such file, and its parser takes longer to load than many a command.
  const { readConfig } = existsSync(configPath(folder))
    ? (require('./config-file') as typeof import('./config-file'))
    : { readConfig: () => new Map<string, Written>() }
  const written = readConfig(folder, settings)
  try {
    return settings.map((setting) => effective(setting, process.env, written))
  } catch (error) {
    throw new Failure(2, (error as Error).message, { cause: error })
  }
}

/**
 * Gives a command the values that no flag gave. Children of `up` take their own section; what `up` tells them are flags, which
 * win, and what all verbs take is for the person's own command.
 * Throws a Failure (2) where the file or the environment can't be meant.
 */
export function applySettings(command: Command): void {
  // `config` itself must go on where the file is broken.
  if (command.parent?.name() === 'config') return
  const program = rootOf(command)
  const file = configPath(folderOf(program))
  const said = new Map<string, string>()
  const section = sectionOf(command)
  for (const { setting, from, value, where } of effectiveSettings(program)) {
    if ((from !== 'environment' && from !== 'file') || value === null) continue
    const forAll = hasParent() ? null : program
    const target = setting.section === 'all' ? forAll : setting.section === section ? command : null
    const option = target?.options.find((one) => one.attributeName() === setting.attribute)
    if (target == null || option === undefined) continue
    const source = target.getOptionValueSource(setting.attribute)
    if (source !== undefined && source !== 'default') continue
    target.setOptionValueWithSource(setting.attribute, value, from)
    const origin = from === 'file' ? `${file}, line ${where}` : `the environment, ${where}`
    said.set(option.long ?? '', `${origin} (${setting.key})`)
  }
  origins.set(program, said)
}

/** Where the option came from that a complaint is about, as a sentence; empty where it was a flag. */
export function originOf(command: Command, complaint: string): string {
  const option = /--[a-z][a-z-]*/.exec(complaint)?.[0]
  const origin = option === undefined ? undefined : origins.get(rootOf(command))?.get(option)
  return origin === undefined ? '' : ` It comes from ${origin}.`
}
