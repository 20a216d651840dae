/** What the provider can be told, in words. Every text fits one answer (ANSWER_BYTES_MAX). */
import { DESCRIPTION_CHARS_MAX, INVITE_USES_MAX, NAME_CHARS_MAX, TITLE_CHARS_MAX } from './limits'

interface Entry {
  usage: string
  does: string
  details: string[]
  examples: string[]
}

const ENTRIES: Record<string, Entry> = {
  create: {
    usage: 'create NAME',
    does: 'makes a pub of your own and sends you an invite to it',
    details: [
      `A name has 1 to ${NAME_CHARS_MAX} characters: the letters a to z, digits and hyphens.`,
      'It takes a few seconds. Your own invite comes in the answer.',
    ],
    examples: ['create alice', 'please could I have a pub called alice?'],
  },
  list: {
    usage: 'list',
    does: 'shows your pubs',
    details: [],
    examples: ['list', 'which pubs do I have?'],
  },
  status: {
    usage: 'status NAME',
    does: 'says how a pub is doing and where it is',
    details: ['With one pub, its name can be left out.'],
    examples: ['status alice', 'how is alice doing?'],
  },
  invite: {
    usage: 'invite NAME [USES]',
    does: 'makes an invite that you can pass on',
    details: [
      `USES says how many people it lets in: 1 unless you say more, at most ${INVITE_USES_MAX}.`,
      'Whoever has the invite can use it, so send it only to those whom it is for.',
    ],
    examples: ['invite alice', 'invite alice 5', 'invite for alice, 5 people'],
  },
  stop: {
    usage: 'stop NAME',
    does: 'switches a pub off until you start it again',
    details: ['Nobody reaches it meanwhile. Its data, its address and its invites are kept.'],
    examples: ['stop alice', 'please turn alice off for a while'],
  },
  start: {
    usage: 'start NAME',
    does: 'switches a stopped pub on',
    details: ['The answer comes when it is up.'],
    examples: ['start alice', 'bring alice back up'],
  },
  restart: {
    usage: 'restart NAME',
    does: 'starts a pub anew, as after a hiccup',
    details: ['It is away for a moment. Its identity, its data and its invites stay what they are.'],
    examples: ['restart alice', 'please reboot my pub'],
  },
  name: {
    usage: 'name NAME as TEXT',
    does: 'sets what a pub calls itself in public',
    details: [
      `TEXT is one line of at most ${TITLE_CHARS_MAX} characters. In messages to me the pub keeps its first name.`,
    ],
    examples: ["name alice as Alice's Garden", 'call alice "The Shed"'],
  },
  describe: {
    usage: 'describe NAME as TEXT',
    does: 'sets how a pub describes itself in public',
    details: [`TEXT is one line of at most ${DESCRIPTION_CHARS_MAX} characters.`],
    examples: ['describe alice as A quiet place for gardeners'],
  },
  delete: {
    usage: 'delete NAME',
    does: 'ends a pub, after asking you once',
    details: [
      'The exact name is needed. You are asked first; `yes` as a reply to the question does it, `no` leaves it.',
    ],
    examples: ['delete alice'],
  },
  help: {
    usage: 'help [COMMAND]',
    does: 'shows this, or more about one command',
    details: [],
    examples: ['help', 'help invite'],
  },
}

const code = (text: string): string => `\`${text}\``

/** A few lines for somebody who writes for the first time. */
export function shortHelp(): string {
  return [
    `I run pubs. Send me ${code('create NAME')} in a private message and you get a pub of your own with that name, and an invite to it.`,
    `Then there are ${code('list')}, ${code('status NAME')}, ${code('invite NAME')}, ${code('stop NAME')}, ${code('delete NAME')}. ${code('help')} tells more.`,
  ].join('\n')
}

/** All commands, or one of them with examples; an unknown word gets all. */
export function helpText(about: string | null): string {
  const entry = about !== null && Object.hasOwn(ENTRIES, about) ? ENTRIES[about] : undefined
  if (entry === undefined) return fullHelp(about)
  return [
    `${code(entry.usage)}: ${entry.does}.`,
    ...entry.details,
    '',
    'For example:',
    ...entry.examples.map((example) => `- ${code(example)}`),
  ].join('\n')
}

function fullHelp(about: string | null): string {
  return [
    ...(about === null
      ? []
      : [`${code(about.slice(0, 20).replace(/[`\n]/g, ' '))} is not available yet.`, '']),
    'You can send me, in a private message:',
    '',
    ...Object.values(ENTRIES).map((entry) => `- ${code(entry.usage)}: ${entry.does}`),
    '',
    'Plain sentences do as well, for example "please could I have a pub called alice?". One command in each message; when I am not sure what you mean I ask.',
  ].join('\n')
}
