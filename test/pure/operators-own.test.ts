/** An owner who asks for what only an operator can do is told so, and not asked what they mean. */
import test from 'tape'
import { withOperators } from '../../cli/operators-own'
import { parseCommand } from '../../protocol/command'
import { alice, lastText, outcomes, Story } from '../helpers/story'
import { aliceHasPub } from '../helpers/story-hub'

const reasonOf = (text: string): string | null => {
  const read = parseCommand(text)
  return read.kind === 'invalid' ? read.reason : null
}

test('by message: what it is, whose it is, and that nothing was changed', (t) => {
  const story = new Story().withHub()
  aliceHasPub(story)
  story.asks(alice, 'move alice')
  const effects = story.settle()
  t.deepEqual(outcomes(effects), ['refused'])
  t.match(
    lastText(effects),
    /for whoever runs this provider \(`buttcloud admin move alice`\).*Nothing was changed/,
  )
  for (const text of [
    'Please move garden to hub-2',
    'move',
    'Could you move alice?',
    'Hello! Move alice, please.',
  ])
    t.match(reasonOf(text) ?? 'nothing', /Moving a pub to another server/, text)
  t.match(
    reasonOf('drain hub-1') ?? '',
    /^`drain` is for whoever runs this provider \(`buttcloud admin drain`\)/,
  )
  t.end()
})

test('by message: what is another command, talk, or a no, stays what it was', (t) => {
  t.equal(parseCommand('move alice to the big plan').kind, 'plan')
  t.equal(parseCommand('Let us move on. create garden').kind, 'create')
  t.equal(parseCommand('move alice\nstatus alice').kind, 'status')
  for (const text of ['do not move alice', 'we move into another house next week', 'name alice as Move'])
    t.notOk(/Moving a pub/.test(reasonOf(text) ?? ''), text)
  t.end()
})

test('on the command line: where it is, and no guess', (t) => {
  const verbs = ['move', 'drain', 'hubs']
  const said = withOperators("error: unknown command 'move'\n(Did you mean node?)\n", verbs)
  t.match(said, /^error: move is for whoever runs a provider: buttcloud admin move /)
  t.notOk(said.includes('node'))
  const other = "error: unknown command 'crate'\n(Did you mean create?)\n"
  t.equal(withOperators(other, verbs), other)
  t.equal(
    withOperators("error: missing required argument 'name'\n", verbs),
    "error: missing required argument 'name'\n",
  )
  t.end()
})
