/** The commands that are read by forms (protocol/command-form.ts), but those about feeds: protocol/command-feeds.ts. */
import { FEED_FORMS } from './command-feeds'
import { type Form, type Found, form, readForms } from './command-form'
import { type Command, EXPORT_PARTS, type ExportPart, type Reading } from './command-kinds'
import { unclear } from './command-objects'
import type { Unit } from './command-text'
import { headOf } from './command-words'
import { checkEmail } from './email-text'
import { sentence } from './explain'
import { VERSION_CHARS_MAX } from './limits'

type Kind = Command['kind']

/** The command and the pub as they can be sent; what stands behind is added. */
const said = (kind: Kind, name: string | null, ...more: (string | null)[]): string =>
  [kind, name, ...more].filter((word) => word !== null).join(' ')

/** Obeyed when it is told or asked for; a mere question about it, or a wish for later, is asked back. */
function told(found: Found, reading: Command, plain: string): Reading {
  const { unit, wished } = found
  const later = unit.words.some((word) => /^(?:tonight|soon|today|tomorrow|later)$/.test(word))
  return (unit.asks && !wished) || later ? unclear(plain, `help ${reading.kind}`) : reading
}

const one =
  (kind: 'address' | 'log' | 'invites'): Form['read'] =>
  ({ name }) => ({ kind, name })

const GIVE = /^(?:give|send|have|need|want|like|love|get|wish)$/
/** "Give me invites" wants to pass some on, "show me the invites" to see them. */
const invites: Form['read'] = ({ name, unit }) =>
  unit.words.some((word) => GIVE.test(word)) && !unit.words.some((word) => /^(?:show|see|list)$/.test(word))
    ? unclear(said('invite', name), said('invites', name))
    : { kind: 'invites', name }

const INVITES: Form[] = [
  form('[list|all] invites', invites),
  form('[list|all] invites [of|for|to|from|:] PUB', invites),
  form('list [all] [my|the] invites', invites),
  form('list [all] [my|the] invites [of|for|to|from] PUB', invites),
  form('(which|what) invites [are there|do i have|have i made|exist]', invites),
  form('(which|what) invites (does|has) PUB (have|made|got)', invites),
  form('(which|what) invites are there (for|of|to) PUB', invites),
  form('who [has] used (my|the) invites', invites),
  form('who [has] used [my|the] invites (of|for|to) PUB', invites),
  form('PUB (invites|invitations)', (found) =>
    /'s /.test(found.unit.words.join(' ')) ? invites(found) : null,
  ),
]

const uninvite: Form['read'] = (found) => {
  const id = (found.written('word') ?? '').replace(/^#(?=.)/, '')
  // One word alone that looks like a pub's name: which invite was not said.
  if (found.name === null && /^[a-z][a-z-]*$/.test(id))
    return { kind: 'invalid', command: 'uninvite', reason: sentence.inviteIdMissing(id) }
  return told(found, { kind: 'uninvite', name: found.name, id }, said('uninvite', found.name, id))
}
const UNINVITE: Form[] = [
  form('uninvite', () => ({ kind: 'invalid', command: 'uninvite', reason: sentence.inviteIdMissing(null) })),
  form('uninvite [invite|:] WORD', uninvite),
  form('uninvite PUB [invite|:] WORD', uninvite),
  form('uninvite [the] [invite] WORD (of|for|to|from) PUB', uninvite),
  form('(revoke|withdraw|cancel|void) [the] invite WORD', uninvite),
  form('(revoke|withdraw|cancel|void) [the] invite WORD (of|for|to|from) PUB', uninvite),
  form('revoke PUB [invite] WORD', uninvite),
]

const CURRENT = /^(?:latest|newest|current|recent|new|newer|it)$/
const upgrade: Form['read'] = (found) => {
  const word = found.written('word')
  const version = word === null || CURRENT.test(word.toLowerCase()) ? null : word
  if (version !== null && !isVersion(version))
    return { kind: 'invalid', command: 'upgrade', reason: sentence.versionBad() }
  return told(found, { kind: 'upgrade', name: found.name, version }, said('upgrade', found.name, version))
}
/** What a Docker tag may be (distribution/reference). */
const isVersion = (text: string): boolean => text.length <= VERSION_CHARS_MAX && /^\w[\w.-]*$/.test(text)

const UPGRADE: Form[] = [
  form('upgrade', upgrade),
  form('upgrade [to] [the] (latest|newest|current|new) [version|image|one]', upgrade),
  form('upgrade [:] PUB', upgrade),
  form('upgrade PUB to [the] (latest|newest|current|new) [version|image|one]', upgrade),
  form('upgrade to [version] WORD', upgrade),
  form('upgrade PUB [to|:] [version|the version] WORD', upgrade),
  form('bring PUB up to date', upgrade),
  form('(downgrade|roll back) PUB to [version] WORD', (found) =>
    unclear(said('upgrade', found.name, found.written('word')), 'help upgrade'),
  ),
]

const rebuild: Form['read'] = (found) =>
  told(found, { kind: 'rebuild', name: found.name }, said('rebuild', found.name))
const REBUILD: Form[] = [
  form('rebuild', rebuild),
  form('rebuild [:] PUB [from scratch|anew|from the ground up|completely]', rebuild),
  form('(build|make) PUB anew', rebuild),
]

const PART_WORDS: Record<string, ExportPart> = {
  feed: 'log',
  logs: 'log',
  blob: 'blobs',
  files: 'blobs',
  everything: 'all',
}
const exported: Form['read'] = (found) => {
  const word = found.place('part') ?? ''
  if (/^(?:secret )?keys?$|^secret key$|^identity$|^secrets$/.test(word))
    return found.name === null
      ? unclear('help export', 'list')
      : unclear(said('export', found.name, 'secret'), 'help export')
  const known = EXPORT_PARTS.find((part) => part === word) ?? PART_WORDS[word]
  if (known === undefined) return null
  if (known === 'secret' && found.name === null)
    return { kind: 'invalid', command: 'export', reason: sentence.secretNeedsName() }
  return told(found, { kind: 'export', name: found.name, part: known }, said('export', found.name, known))
}
const noPart: Form['read'] = ({ name }) => ({
  kind: 'invalid',
  command: 'export',
  reason: sentence.partMissing(name),
})
const EXPORT: Form[] = [
  form('export', noPart),
  form('export PART', exported),
  form('export [the] PART (of|from|for) PUB', exported),
  form('export [:] PUB [:|the] PART', exported),
  form('export [:] PUB', noPart),
]

const web: Form['read'] = (found) => {
  const state = found.place('switch')
  const on = state === null ? null : state === 'on'
  return on === null
    ? { kind: 'web', name: found.name, on }
    : told(found, { kind: 'web', name: found.name, on }, said('web', found.name, state))
}
const WEB_NAME = '(web|website|web site|web page|web pages|webpage|webpages)'
const WEB: Form[] = [
  form('web', web),
  form('web [:] SWITCH', web),
  form('web [:] SWITCH [for|of|on] PUB', web),
  form('web [of|for|:] PUB', web),
  form('web [of|for|:] PUB [:] SWITCH', web),
  form(`(turn|switch) SWITCH [the] ${WEB_NAME}`, web),
  form(`(turn|switch) SWITCH [the] ${WEB_NAME} (of|for|on) PUB`, web),
  form(`(turn|switch) [the] ${WEB_NAME} SWITCH`, web),
  form(`(turn|switch) [the] ${WEB_NAME} (of|for|on) PUB SWITCH`, web),
  form(`(turn|switch) [the] ${WEB_NAME} SWITCH (of|for|on) PUB`, web),
  form(`(turn|switch) PUB ${WEB_NAME} SWITCH`, web),
  form(`(turn|switch) SWITCH PUB ${WEB_NAME}`, web),
]

const plan: Form['read'] = (found) => {
  const wanted = found.place('word')
  if (wanted !== null && !/^[a-z0-9][a-z0-9-]{0,31}$/.test(wanted)) return null
  return wanted === null
    ? { kind: 'plan', name: found.name, plan: null }
    : told(found, { kind: 'plan', name: found.name, plan: wanted }, said('plan', found.name, wanted))
}
const plans: Form['read'] = () => ({ kind: 'plans' })
const PLANS: Form[] = [
  form('[list] [the|all|your] plans', plans),
  form('(which|what) plans [are there|do you have|do you offer|can i have|exist]', plans),
  form('(price|prices|pricing|price list)', plans),
  form('(what|how much) (does|do) (it|a pub|this|pubs|that) cost', plans),
  form('how much is (it|a pub)', plans),
  form('plan', plan),
  form('plan [of|for|:] PUB', plan),
  form('plan [of|for|:] PUB [:|to] WORD', plan),
  form('(which|what) plan (does|has) PUB (have|got)', plan),
  form('(which|what) plan is PUB on', plan),
  form('(change|set|switch) [the] plan (of|for) PUB to [the] WORD [plan]', plan),
  form('(change|set|switch|move|put) PUB (to|on|onto) [the] WORD plan', plan),
]

const email: Form['read'] = (found) => {
  const address = checkEmail(found.written('word') ?? '')
  return address === null
    ? { kind: 'invalid', command: 'email', reason: sentence.emailBad() }
    : { kind: 'email', address }
}
const noEmail: Form['read'] = () => ({ kind: 'email', address: null })
const EMAIL: Form[] = [
  form('email', () => ({ kind: 'invalid', command: 'email', reason: sentence.emailBad() })),
  form('email [:] (off|none|no|nothing|stop)', noEmail),
  form('(forget|turn off|switch off|stop) [my|the] (email|emails|email address)', noEmail),
  form('(turn|switch) [my|the] (email|emails) off', noEmail),
  form('no (email|emails|email address)', noEmail),
  form('email [me] [to|at|is|address|address is|:] WORD', email),
  form('(set|change|use) [my|the] email [address] [to|is|:|as] WORD', email),
  form('use WORD (as|for) [my|the] (email|email address)', email),
  form('(send|write) [me] (email|emails|mail|mails) [to|at] WORD', email),
  form('my email [address] is WORD', email),
]

const ONES: Form[] = [
  form('address', one('address')),
  form('address [of|for|:] PUB', one('address')),
  form(
    'how (do|can|could|should) (i|we|people|one|others) (reach|connect to|get to|find) PUB',
    one('address'),
  ),
  form('where (do|can|could) (i|we|people|one|others) (reach|find|connect to) PUB', one('address')),
  form('PUB address', one('address')),
  form('log', one('log')),
  form('log [of|for|:] PUB', one('log')),
  form('(history|incidents|incident log) [of|for] PUB', one('log')),
  form('what [has] happened (to|with|on|at) PUB', one('log')),
  form('what went wrong (with|on|at) PUB', one('log')),
]

/** By the words one of which any form of a group has in it: most sentences have none of them. */
const GROUPS: [needs: RegExp, forms: Form[]][] = [
  [/follow|block|owner|owns/, FEED_FORMS],
  [/invite|revoke|withdraw/, [...UNINVITE, ...INVITES]],
  [/upgrade|date|roll back/, UPGRADE],
  [/build|anew/, REBUILD],
  [/export/, EXPORT],
  [/web/, WEB],
  [/email|mail/, EMAIL],
  [/plan|pric|cost|much/, PLANS],
  [/address|reach|connect|find|get to|log|histor|incident|happened|wrong/, ONES],
]

/** Reads one sentence; null when it fits no form. Slips are mended only where the words as they stand fit none. */
export function readFormed(unit: Unit): Reading | null {
  const mended = unit.marked.map((word) => headOf(word) ?? word)
  const read = readGroups(unit)
  return read !== null || mended.join(' ') === unit.marked.join(' ')
    ? read
    : readGroups({ ...unit, marked: mended })
}

function readGroups(unit: Unit): Reading | null {
  const text = unit.marked.join(' ')
  for (const [needs, forms] of GROUPS) {
    const read = needs.test(text) ? readForms(forms, unit) : null
    if (read !== null) return read
  }
  return null
}
