// What can name a version, and which of two is the older.
import test from 'tape'
import { repositoryOf, runOf } from '../../hub-daemon/run'
import { VERSION_CHARS_MAX } from '../../protocol/limits'
import { isOlder, isVersion } from '../../protocol/version'
import { CONFIG, pubOf, specOf } from '../helpers/hub-world'

test('a version is what fits a Docker tag', (t) => {
  for (const good of ['0.2.0', 'v1', '_x', 'A-b.c_d', '1'.repeat(VERSION_CHARS_MAX)])
    t.ok(isVersion(good), good)
  const long = '1'.repeat(VERSION_CHARS_MAX + 1)
  for (const bad of ['', '.1', '-1', 'a/b', '..', 'a b', 'a:b', 'a\n', 'ä', '__proto__/', long])
    t.notOk(isVersion(bad), JSON.stringify(bad.slice(0, 20)))
  t.end()
})

test('the older of two numbered versions; of others nobody can say', (t) => {
  const older = [
    ['0.1.0', '0.2.0'],
    ['0.9', '0.10'],
    ['1', '1.0.1'],
    ['v1.2.3', '2.0.0'],
    ['1.0.0-rc.1', '1.0.0'],
  ] as const
  for (const [one, other] of older) {
    t.ok(isOlder(one, other), `${one} before ${other}`)
    t.notOk(isOlder(other, one), `${other} not before ${one}`)
  }
  for (const [one, other] of [
    ['1.0', '1.0.0'],
    ['nightly', '1.0.0'],
    ['1.0.0', 'nightly'],
    ['1.0.0-a', '1.0.0-b'],
  ] as const)
    t.notOk(isOlder(one, other), `${one}, ${other}`)
  t.end()
})

test("the image of a version: the hub's own, else its repository with that tag", (t) => {
  t.equal(repositoryOf('buttcloud/ssb-pub:0.1.0'), 'buttcloud/ssb-pub')
  t.equal(repositoryOf('reg.example:5000/a/b'), 'reg.example:5000/a/b')
  t.equal(repositoryOf('reg.example:5000/a/b:1@sha256:00'), 'reg.example:5000/a/b')
  const imageOf = (version: string | null) => runOf(specOf(pubOf(1), { version }), CONFIG).image
  t.deepEqual([null, '0.1.0', '0.2.0'].map(imageOf), [
    'buttcloud/ssb-pub:0.1.0',
    'buttcloud/ssb-pub:0.1.0',
    'buttcloud/ssb-pub:0.2.0',
  ])
  const own = { ...CONFIG, image: 'me/pub:mine' }
  t.equal(runOf(specOf(pubOf(1), { version: '0.1.0' }), own).image, 'me/pub:mine', 'under its own name')
  t.equal(runOf(specOf(pubOf(1), { version: '0.2.0' }), own).image, 'me/pub:0.2.0')
  t.end()
})

test('a rebuild, a version and a restart each make another run; the same by another name does not', (t) => {
  const shapes = [{}, { rebuilds: 1 }, { restarts: 1 }, { version: '0.2.0' }].map(
    (fields) => runOf(specOf(pubOf(1), fields), CONFIG).shape,
  )
  t.equal(new Set(shapes).size, shapes.length)
  t.equal(runOf(specOf(pubOf(1), { version: '0.1.0' }), CONFIG).shape, shapes[0])
  const processes = { ...CONFIG, image: null }
  const shapeOf = (version: string | null) => runOf(specOf(pubOf(1), { version }), processes).shape
  t.notEqual(shapeOf('0.2.0'), shapeOf(null))
  t.equal(shapeOf('0.1.0'), shapeOf(null))
  t.equal(runOf(specOf(pubOf(1), { rebuilds: 2 }), CONFIG).environment.PUB_REBUILDS, '2')
  t.notOk(
    'PUB_REBUILDS' in runOf(specOf(pubOf(1)), CONFIG).environment,
    'not told to a pub that was never rebuilt',
  )
  t.end()
})
