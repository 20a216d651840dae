/** Sentences for people: refusals and phases, in plain words. One place, so that the tone stays one. */
import { INVITE_NOTE_CHARS_MAX, INVITE_USES_MAX, NAME_CHARS_MAX } from './limits'

const quote = (words: string): string => `\`${words}\``

export const sentence = {
  // ---- the parser's ----
  nameMissing: (command: string): string =>
    `Say the pub's name too, for example ${quote(`${command} alice`)}.`,
  nameEmpty: (): string => 'A pub needs a name of at least one letter or digit.',
  nameTooLong: (found: number): string =>
    `That name has ${found} characters, and a pub's name has at most ${NAME_CHARS_MAX}.`,
  nameHasSpaces: (): string => "A pub's name is one word, without spaces.",
  nameCharacters: (found: string): string =>
    `A pub's name is made of the letters a to z, digits and hyphens, so ${quote(found)} can't be in it.`,
  nameEdges: (): string => "A pub's name can't begin or end with a hyphen.",
  namePunycode: (): string =>
    "A pub's name can't have hyphens as its third and fourth character; such names are reserved on the internet.",
  nameReserved: (name: string): string =>
    `A pub can't be called ${quote(name)}, because commands with that name would be misread.`,
  nameSuggestion: (command: string, suggestion: string): string =>
    `You could send ${quote(`${command} ${suggestion}`)}.`,
  usesBad: (): string =>
    `The number of people an invite lets in is a whole number from 1 to ${INVITE_USES_MAX}, for example ${quote('invite alice 5')}.`,
  deleteNeedsName: (): string =>
    `To delete a pub, send its exact name, for example ${quote('delete alice')}. ${quote('list')} shows your pubs.`,
  aboutMissing: (kind: 'name' | 'describe'): string =>
    kind === 'name'
      ? `Say what it shall call itself too, for example ${quote("name alice as Alice's Garden")}.`
      : `Say how it shall describe itself too, for example ${quote('describe alice as A quiet place for gardeners')}.`,
  aboutEmpty: (kind: 'name' | 'describe'): string =>
    `There is nothing in it that people could read. ${sentence.aboutMissing(kind)}`,
  aboutTooLong: (kind: 'name' | 'describe', found: number, most: number): string =>
    `That ${kind === 'name' ? 'name' : 'description'} has ${found} characters, and ${most} are the most. Please make it shorter.`,
  noteMissing: (): string =>
    `There is nothing in the note. Leave it out, or send for example ${quote('invite alice 5 note for the garden club')}.`,
  noteTooLong: (found: number): string =>
    `That note has ${found} characters, and ${INVITE_NOTE_CHARS_MAX} are the most. Please make it shorter.`,
  inviteIdMissing: (name: string | null): string =>
    `Say which invite too: ${quote(`invites ${name ?? 'alice'}`)} lists them with their ids.`,
  versionBad: (): string =>
    `A version is made of letters, digits, dots and hyphens. ${quote('upgrade alice')} takes the present one.`,
  partMissing: (name: string | null): string =>
    `Say what to export too: ${['gossip', 'log', 'blobs', 'all', 'secret'].map((part) => quote(`export ${name ?? 'alice'} ${part}`)).join(', ')}. ${quote('help export')} tells what each is.`,
  secretNeedsName: (): string =>
    `Whoever has a pub's secret is that pub, so say its exact name: ${quote('export alice secret')}.`,
  feedMissing: (example: string): string =>
    `Say whom, too: ${quote(example)}. A mention does as well: type @ and pick the person from the list that your client shows.`,
  feedUnknown: (label: string): string =>
    `I can't tell who ${quote(`@${label}`)} is. Type @ and pick the person from the list that your client shows, or paste their id, which begins with @ and ends with .ed25519.`,
  methodMissing: (): string => `Say what to run, too, for example ${quote('run alice whoami')}.`,
  ownerRemoveNeedsName: (): string =>
    `To take somebody off a pub's owners, say its exact name: ${quote('owners alice remove @…=.ed25519')}.`,
  emailBad: (): string =>
    `Say a mail address too, for example ${quote('email alice@example.org')}, or the six digits that were mailed to it, or ${quote('email off')}.`,
  domainWhich: (): string =>
    `Say the whole name that the pub shall be reached by, for example ${quote('domain alice social.example.net')}, or ${quote('domain alice off')}.`,
  ownNameAddress: (): string =>
    `That is an address. A domain is a name with dots in it, as in ${quote('domain alice social.example.net')}.`,
  ownNameForeign: (): string =>
    'Write that domain as your registrar does for machines: with letters a to z alone, it begins with `xn--` then.',
  ownNameOneWord: (found: string): string =>
    `${quote(found.slice(0, 60))} has no dot in it. A domain is the whole name with its dots, as in ${quote('domain alice social.example.net')}.`,
  ownNameBad: (): string =>
    `That can't be a domain: it is made of letters a to z, digits and hyphens, with dots between, as in ${quote('domain alice social.example.net')}.`,
  later: (word: string): string =>
    `${quote(word)} is not available yet. Send ${quote('help')} to see what is.`,
  operators: (word: string, name: string | null): string =>
    word === 'move'
      ? `Moving a pub to another server is for whoever runs this provider (${quote(`buttcloud admin move ${name ?? 'alice'}`)}): ask them. Where its server is gone it moves by itself. Nothing was changed.`
      : `${quote(word)} is for whoever runs this provider (${quote(`buttcloud admin ${word}`)}). Nothing was changed; ${quote('help')} tells what you can do.`,
  unclear: (readings: string[]): string =>
    `I am not sure what you mean. Did you mean ${readings.map(quote).join(' or ')}? Send the one you want, or ${quote('help')}.`,
}
