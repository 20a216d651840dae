/** Goal: what gives a pub away, or takes it from somebody, is read in its exact words only and never comes out of a guess. */
import fc from 'fast-check'
import test from 'tape'
import { parseCommand } from '../../protocol/command'
import { bob, feed } from '../helpers/story'

const BOB = `[@bob](${bob})`
const PROVIDER = `[@provider](${feed('the provider')})`

test("a pub's secret is read only where the exact words and the name stand, and nothing is against it", (t) => {
  const BEFORE = fc.constantFrom(
    '',
    'please ',
    'Hi! ',
    'could you ',
    'never ',
    "don't ",
    'should I ',
    'if you like ',
    'I hate this. ',
    `${PROVIDER} `,
  )
  const VERB = fc.constantFrom(
    'export',
    'Export',
    'exprot',
    'send me',
    'give me',
    'exported',
    'exporting',
    'download',
    'show',
  )
  const WHAT = fc.constantFrom(
    'alice secret',
    'the secret of alice',
    "alice's secret",
    'secret',
    'alice key',
    'my secret',
    'alice secrets',
    'bob and alice secret',
  )
  const AFTER = fc.constantFrom(
    '',
    '!',
    ' please',
    '?',
    ' tomorrow',
    ' and bob secret',
    '\nno',
    '. Why not?',
    ' not',
    '\nthanks!',
  )
  let secrets = 0
  fc.assert(
    fc.property(BEFORE, VERB, WHAT, AFTER, (...parts) => {
      const text = `${parts[0]}${parts[1]} ${parts[2]}${parts[3]}`
      const read = parseCommand(text)
      if (read.kind !== 'export' || read.part !== 'secret') return true
      secrets++
      const words = text.toLowerCase().split(/[^\p{L}\p{N}'-]+/u)
      const against = /never|n't|\bnot\b|should|if |hate|tomorrow|and bob|bob and|\nno|why/i.test(text)
      const asked = parts[3] === '?' && parts[0] !== 'could you '
      return (
        words.includes('export') && /\bsecret\b/.test(text) && read.name === 'alice' && !against && !asked
      )
    }),
    { numRuns: 6000 },
  )
  t.ok(secrets > 50, `${secrets} of 6000 texts took it`)
  t.end()
})

test('an owner is removed only where pub, person and the words for it stand, and nothing is against it', (t) => {
  const BEFORE = fc.constantFrom(
    '',
    'please ',
    'can you ',
    'never ',
    'do not ',
    'should I ',
    `${PROVIDER} `,
    `hi ${PROVIDER}, `,
    'oh no. ',
  )
  const MIDDLE = fc.constantFrom(
    `owners alice remove ${BOB}`,
    `Owners alice REMOVE ${BOB}`,
    `onwers alice remove ${BOB}`,
    `owners alice delete ${BOB}`,
    `owners remove ${BOB}`,
    `owners alice remove @bob`,
    `owners alice ${BOB}`,
    `remove ${BOB} from the owners of alice`,
    `remove ${BOB} from alice`,
    `kick ${BOB} out of the owners of alice`,
    `owners alice add ${BOB}`,
  )
  const AFTER = fc.constantFrom(
    '',
    '!',
    ' please',
    '?',
    ' tomorrow',
    ` and ${PROVIDER}`,
    '\nno, do not',
    ' not',
    '. Never mind.',
    '\nthanks!',
  )
  let removals = 0
  fc.assert(
    fc.property(BEFORE, MIDDLE, AFTER, (...parts) => {
      const text = parts.join('')
      const read = parseCommand(text)
      if (read.kind !== 'owners' || read.change?.kind !== 'remove') return true
      removals++
      const against =
        /never|\bnot\b|should|tomorrow|oh no| and \[/i.test(text) ||
        (parts[2] === '?' && parts[0] !== 'can you ')
      const exact = /owners alice remove \[|from the owners of/i.test(text)
      return exact && !against && read.name === 'alice' && read.change.feed === bob
    }),
    { numRuns: 6000 },
  )
  t.ok(removals > 50, `${removals} of 6000 texts did`)
  t.end()
})
