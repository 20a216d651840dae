/**
 * Settings that stay: which there are, what `config.yaml` says, and what wins. A setting is an option of a verb whose
 * value is kept, so it has the option's name and the option's own check; `all` holds the options that every verb takes.
 *
 *     all:
 *       timeout: 60
 *     hub:
 *       host: hub1.example.org
 */
import { distance } from '../protocol/command-words'
import type { Entry, Located } from '../protocol/located'

/** The verbs that have settings; what a one-off verb takes is said each time. */
export const SECTIONS = ['all', 'up', 'provider', 'hub', 'billing', 'admin'] as const
export type Section = (typeof SECTIONS)[number]

/** Said once, or dangerous to leave switched on, or for one program that reads the output. */
const NEVER = new Set([
  'all.dir',
  'all.json',
  'all.version',
  'hub.join',
  'hub.nobody-else',
  'provider.nobody-else',
  'billing.join',
  'billing.check',
])
/** Of `admin`'s many verbs: where the provider is, and as whom it is asked. */
const ADMIN = new Set(['admin.path', 'admin.bridge-path', 'admin.at', 'admin.as'])

/** What commander knows of an option. */
export interface OptionShape {
  section: Section
  /** As commander files its value: `ssbPath`. */
  attribute: string
  kind: 'text' | 'switch' | 'list'
  /** The only values there are, or null. */
  choices: string[] | null
  does: string
  default: unknown
}

export interface Setting extends OptionShape {
  /** `all.ssb-path` */
  key: string
  /** `BUTTCLOUD_SSB_PATH`, `BUTTCLOUD_HUB_HOST` */
  variable: string
}

export type Value = string | boolean | string[]

export interface Written {
  value: Value
  line: number
}

const kebab = (attribute: string): string => attribute.replace(/[A-Z]/g, (one) => `-${one.toLowerCase()}`)

/** The settings there are, from all options. */
export function settingsOf(options: OptionShape[]): Setting[] {
  const settings = new Map<string, Setting>()
  for (const option of options) {
    const key = `${option.section}.${kebab(option.attribute)}`
    if (NEVER.has(key) || (option.section === 'admin' && !ADMIN.has(key)) || settings.has(key)) continue
    const words = option.section === 'all' ? key.slice('all.'.length) : key
    const variable = `BUTTCLOUD_${words.replace(/[.-]/g, '_').toUpperCase()}`
    settings.set(key, { ...option, key, variable })
  }
  return [...settings.values()].sort((a, b) => order(a) - order(b) || (a.key < b.key ? -1 : 1))
}

const order = ({ section }: Setting): number => SECTIONS.indexOf(section)

/** What a file of settings says, by key; every fault is a sentence with file and line. */
export function readSettings(
  file: string,
  root: Located,
  settings: Setting[],
): { written: Map<string, Written>; faults: string[] } {
  const written = new Map<string, Written>()
  const faults: string[] = []
  const fault = (line: number, sentence: string) => void faults.push(`${file}, line ${line}: ${sentence}`)
  if (root.kind === 'nothing') return { written, faults }
  if (root.kind !== 'map') {
    fault(root.line, `expected sections (${SECTIONS.join(', ')}) with settings under them`)
    return { written, faults }
  }
  for (const section of root.entries) {
    if (!isSection(section.key)) {
      fault(section.line, `there is no section "${section.key}". There are ${SECTIONS.join(', ')}.`)
      continue
    }
    if (section.value.kind === 'nothing') continue
    if (section.value.kind !== 'map') {
      fault(section.line, `expected settings under ${section.key}:, like ${exampleOf(section.key, settings)}`)
      continue
    }
    for (const entry of section.value.entries) {
      const key = `${section.key}.${entry.key}`
      const setting = settings.find((one) => one.key === key)
      if (setting === undefined) fault(entry.line, unknownSetting(key, settings))
      else if (written.has(key)) fault(entry.line, `${key} is set twice`)
      else {
        const checked = readValue(setting, entry)
        if (checked.ok) written.set(key, { value: checked.value, line: entry.line })
        else fault(entry.line, checked.sentence)
      }
    }
  }
  return { written, faults }
}

const isSection = (word: string): word is Section => (SECTIONS as readonly string[]).includes(word)

function exampleOf(section: Section, settings: Setting[]): string {
  return settings.find((one) => one.section === section)?.key.slice(section.length + 1) ?? 'path'
}

/** What is said to a key that there is not: the nearest one, and all of its section. */
export function unknownSetting(key: string, settings: Setting[]): string {
  const [section = ''] = key.split('.')
  const near = nearestOf(
    key,
    settings.map((one) => one.key),
  )
  const guess = near === null ? '' : ` Did you mean ${near}?`
  if (!isSection(section))
    return `there is no setting "${key}".${guess} One is called SECTION.NAME, with a section of ${SECTIONS.join(', ')}.`
  const names = settings
    .filter((one) => one.section === section)
    .map((one) => one.key.slice(section.length + 1))
  return `there is no setting "${key}".${guess} ${section} has ${names.join(', ')}.`
}

type Checked = { ok: true; value: Value } | { ok: false; sentence: string }

function readValue(setting: Setting, { value }: Entry): Checked {
  if (value.kind === 'nothing')
    return { ok: false, sentence: `${setting.key} has no value; leave the line out to have the default` }
  if (value.kind === 'text') return checkValue(setting, value.text)
  if (value.kind === 'list' && setting.kind === 'list') {
    const items = value.items.map((item) => (item.kind === 'text' ? item.text : null))
    if (items.every((item) => item !== null)) return { ok: true, value: items }
  }
  return { ok: false, sentence: `${setting.key} takes ${takes(setting)}` }
}

const takes = ({ kind, choices }: Setting): string => {
  if (kind === 'switch') return 'true or false'
  if (choices !== null) return `one of ${choices.join(', ')}`
  return kind === 'list' ? 'a list of texts' : 'a text or a number'
}

const SETTING_CHARS_MAX = 1_000

/** A value as it is written in the file, in the environment or after `config set`. */
export function checkValue(setting: Setting, text: string): Checked {
  const wrong = `${setting.key} takes ${takes(setting)}, not "${text.slice(0, 100)}"`
  if (text.length > SETTING_CHARS_MAX || text.trim() === '' || /\p{Cc}/u.test(text))
    return { ok: false, sentence: wrong }
  if (setting.kind === 'switch')
    return text === 'true' || text === 'false'
      ? { ok: true, value: text === 'true' }
      : { ok: false, sentence: wrong }
  if (setting.choices !== null && !setting.choices.includes(text)) return { ok: false, sentence: wrong }
  return { ok: true, value: setting.kind === 'list' ? text.split(',').map((one) => one.trim()) : text }
}

/** Environment variables that were there before, and count as the setting's own. */
const OLDER_VARIABLES: Record<string, string[]> = { 'all.ssb-path': ['ssb_path', 'ssb_appname'] }

export type Origin = 'flag' | 'environment' | 'file' | 'default'

export interface Effective {
  setting: Setting
  from: Origin
  /** null where the default is worked out by the verb itself. */
  value: Value | null
  /** The variable, or the line of the file. */
  where: string | number | null
}

/** What holds for a setting where no flag is given: environment, then file, then the default. Throws a sentence. */
export function effective(
  setting: Setting,
  environment: Record<string, string | undefined>,
  written: Map<string, Written>,
): Effective {
  const text = environment[setting.variable]
  if (text !== undefined && text.trim() !== '') {
    const checked = checkValue(setting, text)
    if (!checked.ok) throw new Error(`In the environment, ${setting.variable}: ${checked.sentence}.`)
    return { setting, from: 'environment', value: checked.value, where: setting.variable }
  }
  const older = OLDER_VARIABLES[setting.key]?.find((name) => (environment[name] ?? '').trim() !== '')
  if (older !== undefined) return { setting, from: 'environment', value: null, where: older }
  const line = written.get(setting.key)
  if (line !== undefined) return { setting, from: 'file', value: line.value, where: line.line }
  const { default: given } = setting
  const value = typeof given === 'string' || typeof given === 'boolean' ? given : null
  return { setting, from: 'default', value, where: null }
}

/** A word is compared by so many letters. */
const WORD_CHARS_MAX = 100

/** The most similar word, where one is similar: at most a third of its letters differ. */
export function nearestOf(word: string, words: string[]): string | null {
  let best: { word: string; steps: number } | null = null
  for (const one of words) {
    const steps = distance(word.slice(0, WORD_CHARS_MAX).toLowerCase(), one.toLowerCase())
    if (best === null || steps < best.steps) best = { word: one, steps }
  }
  return best !== null && best.steps <= Math.max(1, Math.floor(best.word.length / 3)) ? best.word : null
}
