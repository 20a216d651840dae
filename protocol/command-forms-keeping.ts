/** Forms of `invites`, `uninvite`, `upgrade`, `rebuild`, `export` and `import`. */
import { type Form, form, one, said, told } from './command-form'
import { EXPORT_PARTS, type ExportPart } from './command-kinds'
import { unclear } from './command-objects'
import { sentence } from './explain'
import { VERSION_CHARS_MAX } from './limits'
import { checkName } from './name'

const GIVE = /^(?:give|send|have|need|want|like|love|get|wish)$/
/** "Give me invites" wants to pass some on, "show me the invites" to see them. */
const invites: Form['read'] = ({ name, unit }) =>
  unit.words.some((word) => GIVE.test(word)) && !unit.words.some((word) => /^(?:show|see|list)$/.test(word))
    ? unclear(said('invite', name), said('invites', name))
    : { kind: 'invites', name }

export const INVITES: Form[] = [
  form('[list|all] invites', invites),
  form('[list|all] invites [of|for|to|from|:] PUB', invites),
  form('list [all] [my|the] invites', invites),
  form('list [all] [my|the] invites [of|for|to|from] PUB', invites),
  form('(which|what|how many) invites [are|are there|do i have|have i made|exist]', one('invites')),
  form('(which|what|how many) invites (does|has) PUB (have|made|got) [left]', one('invites')),
  form('(which|what|how many) invites are (there|left|still good) (for|of|to) PUB', one('invites')),
  form('who [has] used (my|the) invites', one('invites')),
  form('who [has] used [my|the] invites (of|for|to) PUB', one('invites')),
  form('PUB (invites|invitations)', (found) =>
    /'s /.test(found.unit.words.join(' ')) ? invites(found) : null,
  ),
]

const uninvite: Form['read'] = (found) => {
  const id = (found.written('word') ?? '').replace(/^#(?=.)/, '')
  // Ids have digits in them, and no blanks, quoted or not. What has none is a pub's name, or somebody's: which invite was not said.
  if (!/\d/.test(id) || /\s/.test(id)) {
    const reason = sentence.inviteIdMissing(found.name ?? (checkName(id).ok ? id : null))
    return { kind: 'invalid', command: 'uninvite', reason }
  }
  return told(found, { kind: 'uninvite', name: found.name, id }, said('uninvite', found.name, id))
}
/** Other words for the end of something are asked back, here too. */
const perhapsUninvite: Form['read'] = (found) => {
  const read = uninvite({ ...found, wished: true })
  return read?.kind === 'uninvite' ? unclear(said('uninvite', read.name, read.id), 'help uninvite') : null
}
export const UNINVITE: Form[] = [
  form('uninvite', () => ({ kind: 'invalid', command: 'uninvite', reason: sentence.inviteIdMissing(null) })),
  form('uninvite [invite|:] WORD', uninvite),
  form('uninvite PUB [invite|:] WORD', uninvite),
  form('uninvite [the] [invite] WORD (of|for|to|from) PUB', uninvite),
  form('(revoke|withdraw|cancel|void) [the] invite WORD', uninvite),
  form('(revoke|withdraw|cancel|void) [the] invite WORD (of|for|to|from) PUB', uninvite),
  form('take back [the] invite WORD', uninvite),
  form('take back [the] invite WORD (of|for|to|from) PUB', uninvite),
  form('take [the] invite WORD (of|for|to|from) PUB back', uninvite),
  form('(remove|delete|kill|drop) [the] invite WORD', perhapsUninvite),
  form('(remove|delete|kill|drop) [the] invite WORD (of|for|to|from) PUB', perhapsUninvite),
]

/** The command as it can be sent. */
export const upgradeTo = (name: string | null, version: string | null): string =>
  version === null ? said('upgrade', name) : said('upgrade', name, 'to', version)

const CURRENT = /^(?:latest|newest|current|recent|new|newer|it)$/
const upgrade: Form['read'] = (found) => {
  const word = found.written('word')
  const version = word === null || CURRENT.test(word.toLowerCase()) ? null : word
  if (version !== null && !isVersion(version))
    return { kind: 'invalid', command: 'upgrade', reason: sentence.versionBad() }
  return told(found, { kind: 'upgrade', name: found.name, version }, upgradeTo(found.name, version))
}
/** Without `to`, only what has a digit in it is surely a version. */
const toVersion: Form['read'] = (found) => {
  const read = upgrade(found)
  if (read?.kind !== 'upgrade' || read.version === null || /\d/.test(read.version)) return read
  return unclear(upgradeTo(read.name, read.version), 'help upgrade')
}
/** What a Docker tag may be (distribution/reference). */
const isVersion = (text: string): boolean => text.length <= VERSION_CHARS_MAX && /^\w[\w.-]*$/.test(text)

export const UPGRADE: Form[] = [
  // "Update please" may ask for news.
  form('upgrade', (found) =>
    found.unit.words.includes('upgrade') ? upgrade(found) : unclear('upgrade', 'status'),
  ),
  form('upgrade [to] [the] (latest|newest|current|new) [version|image|one]', upgrade),
  form('upgrade [:] PUB', upgrade),
  form('upgrade PUB to [the] (latest|newest|current|new) [version|image|one]', upgrade),
  form('upgrade to [version] WORD', upgrade),
  form('upgrade PUB to [version|the version] WORD', upgrade),
  form('upgrade PUB (version|the version) WORD', upgrade),
  form('upgrade PUB [:] WORD', toVersion),
  form('bring PUB up to date', upgrade),
  form('is PUB up to date', ({ name }) => unclear(said('upgrade', name), said('status', name))),
  form('(downgrade|roll back) PUB to [version] WORD', (found) =>
    unclear(upgradeTo(found.name, found.written('word')), 'help upgrade'),
  ),
]

const rebuild: Form['read'] = (found) =>
  told(found, { kind: 'rebuild', name: found.name }, said('rebuild', found.name))
export const REBUILD: Form[] = [
  form('rebuild', rebuild),
  form('rebuild [:] PUB [from scratch|anew|from the ground up|completely]', rebuild),
  form('(build|make) PUB anew', rebuild),
  form('(recreate|re-create) PUB', ({ name }) =>
    name === null ? null : unclear(`rebuild ${name}`, `create ${name}`),
  ),
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
  // What gives a pub away comes out of no slip of the finger.
  if (known === 'secret' && !found.unit.words.includes('export')) return perhapsSecret(found)
  return told(found, { kind: 'export', name: found.name, part: known }, said('export', found.name, known))
}
const perhapsSecret: Form['read'] = ({ name }) =>
  unclear(name === null ? 'list' : said('export', name, 'secret'), 'help export')
const perhapsAll: Form['read'] = ({ name }) => unclear(said('export', name, 'all'), 'help export')
const noPart: Form['read'] = ({ name }) => ({
  kind: 'invalid',
  command: 'export',
  reason: sentence.partMissing(name),
})
export const EXPORT: Form[] = [
  form('export', noPart),
  form('export PART', exported),
  form('export [the] PART (of|from|for) PUB', exported),
  form('export [:] PUB [:|the] PART', exported),
  form('export [:] PUB', noPart),
  form('(secret|secret key|private key|keys|key) (of|for) PUB', perhapsSecret),
  form('PUB (secret|secret key|private key|keys|key)', perhapsSecret),
  form('(download|backup|back up|save) [my|the|all|all my] data', perhapsAll),
  form('(download|backup|back up|save) PUB', perhapsAll),
  form('(download|save) [the] (log|blobs|gossip|data) (of|from) PUB', perhapsAll),
  form('(my|all|all my) data [of|from] PUB', perhapsAll),
]

/** A new pub gets its name here, so it is said, and no other one is meant. */
const imported: Form['read'] = (found) =>
  found.name === null
    ? { kind: 'invalid', command: 'import', reason: sentence.nameMissing('import') }
    : told(found, { kind: 'import', name: found.name }, said('import', found.name))
export const IMPORT: Form[] = [form('import', imported), form('import [:] PUB', imported)]
