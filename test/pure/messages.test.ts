/** Goal: every message type is read as its vectors say, refusals name the field, and what we build we can read. */
import fc from 'fast-check'
import test from 'tape'
import { AUTHORITY } from '../../protocol/authority'
import { describeRefusal } from '../../protocol/check'
import { checkPayload } from '../../protocol/messages/answer'
import { checkPost } from '../../protocol/messages/post'
import { type Content, parse } from '../../protocol/parse'
import vectors from '../../protocol/vectors/messages.json'
import { alice, feed, key } from '../helpers/story'

test('vectors: good ones parse, bad ones are refused at the named field', (t) => {
  for (const vector of vectors) {
    const result = parse(vector.content)
    if (vector.good) t.ok(result.ok, `${vector.name}${result.ok ? '' : `: ${describeRefusal(result)}`}`)
    else t.equal(result.ok ? 'parsed' : result.field, vector.field, vector.name)
  }
  t.end()
})

test('vectors: each type has a good and a bad sample, and an authority', (t) => {
  for (const type of Object.keys(AUTHORITY) as Content['type'][]) {
    const named = vectors.filter((one) => one.name.startsWith(`${type}:`))
    t.ok(named.some((one) => one.good) && named.some((one) => !one.good), type)
  }
  t.end()
})

test('parse never throws and never lets through what it does not know', (t) => {
  fc.assert(
    fc.property(fc.anything(), (content) => {
      const result = parse(content)
      if (result.ok) return typeof result.value.type === 'string'
      return describeRefusal(result).length < 300
    }),
    { numRuns: 2_000 },
  )
  t.pass('2,000 contents')
  t.end()
})

test('posts: recipients and branches in every shape clients write', (t) => {
  const post = checkPost({
    type: 'post',
    text: 'x',
    recps: [{ link: alice, name: 'alice' }, alice, 'nobody', null, { link: 7 }],
    branch: key('one'),
    root: 'no id',
  })
  t.ok(post.ok)
  if (!post.ok) return t.end()
  t.deepEqual(post.value.recps, [alice])
  t.deepEqual(post.value.branch, [key('one')])
  t.equal(post.value.root, null)
  t.equal(post.value.byProgram, false)
  t.end()
})

test('payloads: what is missing reads as null, what is wrong is refused', (t) => {
  const payload = { v: 1, kind: 'answer', answers: key('q'), to: alice, outcome: 'done', final: true }
  const read = checkPayload(payload)
  t.ok(read.ok && read.value.kind === 'answer' && read.value.question === null && read.value.pub === null)
  for (const wrong of [
    { kind: 'order' },
    { outcome: 'maybe' },
    { final: 'yes' },
    { answers: feed('x') },
    { v: 2 },
  ])
    t.notOk(checkPayload({ ...payload, ...wrong }).ok, JSON.stringify(wrong))
  t.end()
})
