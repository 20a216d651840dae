/** What the provider can be told, in words. Every text fits one answer (ANSWER_BYTES_MAX). */
import { LATER } from './command-vocabulary'
import { type Entry, GROUPS } from './help-entries'

const code = (text: string): string => `\`${text}\``

/** A few lines for somebody who writes for the first time. */
export function shortHelp(): string {
  return [
    `I run pubs. Send me ${code('create NAME')} in a private message and you get a pub of your own with that name, and an invite to it.`,
    `Then there are ${code('list')}, ${code('status NAME')}, ${code('invite NAME')}, ${code('stop NAME')}, ${code('delete NAME')}. ${code('help')} tells more.`,
  ].join('\n')
}

/** All commands, or one of them with examples; a word that is none gets all. */
export function helpText(about: string | null): string {
  const entry = about === null ? undefined : entryOf(about)
  if (entry === undefined) return fullHelp(about)
  return [
    `${code(entry.usage)}: ${entry.does}.`,
    ...entry.details,
    '',
    'For example:',
    ...entry.examples.map((example) => `- ${code(example)}`),
  ].join('\n')
}

function entryOf(command: string): Entry | undefined {
  for (const [, entries] of GROUPS) if (Object.hasOwn(entries, command)) return entries[command]
  return undefined
}

function noEntry(about: string): string {
  const word = code(about.slice(0, 20).replace(/[`\n]/g, ' '))
  return LATER.has(about) ? `${word} is not available yet.` : `There is no command ${word}.`
}

function fullHelp(about: string | null): string {
  const lines = [
    ...(about === null ? [] : [noEntry(about), '']),
    `You can send me, in a private message (${code('help COMMAND')} tells more about one):`,
  ]
  for (const [title, entries] of GROUPS) {
    lines.push('', `**${title}**`, '')
    for (const entry of Object.values(entries)) lines.push(`- ${code(entry.usage)}: ${entry.does}`)
  }
  lines.push(
    '',
    'Plain sentences do as well, for example "please could I have a pub called alice?". One command in each message; when I am not sure what you mean I ask.',
  )
  return lines.join('\n')
}
