/** What the provider says about exports. Facts in, sentences out. */
import type { ExportPart } from '../protocol/command-kinds'

const line = (name: string, part: ExportPart): string => `\`buttcloud export ${name} ${part}\``

export const exportWords = {
  tooMany: (max: number): string =>
    `you have ${max} exports under way already; end one of them, or wait a minute after it was cut off`,
  moved: 'the pub is on another server now; begin again',
  stopped: (name: string): string =>
    `**${name}** is stopped, and only a running pub can be read; \`start ${name}\` first (its \`secret\` can be had all the same)`,
  needsYes: (name: string, part: ExportPart): string =>
    `**${name}** has several owners, so another one must agree first: send me \`export ${name} ${part}\` as a message`,
  noSession: 'no such export is under way; begin again',
  nonsense: 'what the server of the pub answered makes no sense; is it of the same version?',
  tooLargeForMessage: 'that is too much for a message',
  line,
} as const
