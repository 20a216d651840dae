import tape from 'tape'
import { complete, completionText, SCRIPTS, type Verb } from '../../cli/completion'

const verb = (name: string, more: Partial<Verb> = {}): Verb => ({
  ...{ name, does: `does ${name}`, flags: [], takes: [], verbs: [] },
  ...more,
})
const argument = (name: string, choices: string[] | null = null, many = false) => ({ name, choices, many })
const flag = (names: string[], value: string | null = null, choices: string[] | null = null) => ({
  ...{ names, does: 'a flag', value, choices },
})
const ROOT = verb('buttcloud', {
  flags: [flag(['--json']), flag(['--owner'], 'which', ['auto', 'own']), flag(['--dir'], 'folder')],
  verbs: [
    verb('restart', { takes: [argument('name')] }),
    verb('create', { takes: [argument('name')] }),
    verb('web', { takes: [argument('name'), argument('switch', ['on', 'off'])] }),
    verb('import', { takes: [argument('file')], flags: [flag(['-n', '--name'], 'name')] }),
    verb('say', { takes: [argument('text', null, true)] }),
    verb('admin', { verbs: [verb('hubs'), verb('hub-token', { flags: [flag(['--label'], 'name')] })] }),
  ],
})
const words = (line: string): string[] | string => {
  const parts = line.split(' ')
  const found = complete(ROOT, parts.slice(0, -1), parts.at(-1) ?? '')
  return found.kind === 'words' ? found.words.map(({ word }) => word) : found.kind
}

tape('completion: verbs, the verbs below them, options, their values', (t) => {
  t.deepEqual(words('re'), ['restart'])
  t.equal(words('').length, 6)
  t.deepEqual(words('--json re'), ['restart'], 'options may come first')
  t.deepEqual(words('admin hu'), ['hubs', 'hub-token'])
  t.deepEqual(words('admin hub-token --'), ['--json', '--owner', '--dir', '--label'])
  t.deepEqual(words('--json restart --'), ['--owner', '--dir'], 'what was said is not offered again')
  t.deepEqual(words('restart --owner '), ['auto', 'own'])
  t.deepEqual(words('restart --owner=own al'), 'pubs', 'a value behind a sign is no word')
  t.deepEqual(
    words('restart --owner=o'),
    ['--owner=own'],
    'zsh and fish take the sign and its value as one word',
  )
  t.deepEqual(words('restart --owner = o'), ['own'], 'bash takes them apart')
  t.deepEqual(words('restart --owner ='), ['auto', 'own'])
  t.deepEqual(words('restart --json=o'), [], 'a switch has no value')
  t.equal(words('restart --dir=x'), 'files')
  t.equal(words('--dir '), 'files')
  t.end()
})

tape('completion: arguments', (t) => {
  t.equal(words('restart '), 'pubs')
  t.deepEqual(words('restart alice '), [], 'it takes one')
  t.deepEqual(words('create '), [], 'a new name is nobody else’s')
  t.deepEqual(words('web alice o'), ['on', 'off'])
  t.equal(words('import '), 'files')
  t.deepEqual(words('say -- --'), [], 'behind -- nothing is an option')
  t.deepEqual(words('nonsense x '), [])
  t.end()
})

tape('completion: what the shells read', (t) => {
  t.equal(completionText({ kind: 'files' }), ':files\n')
  const text = completionText({ kind: 'words', words: [{ word: 'a', does: 'b\n c:  d' }] })
  t.equal(text, 'a\tb c d\n', 'a line each, and no sign that a shell would take for its own')
  for (const script of Object.values(SCRIPTS)) t.match(script, /buttcloud complete -- /)
  t.end()
})
