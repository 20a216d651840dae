import tape from 'tape'
import {
  checkValue,
  effective,
  nearestOf,
  type OptionShape,
  readSettings,
  type Setting,
  settingsOf,
} from '../../cli/settings'
import type { Located } from '../../protocol/located'

const shape = (
  section: OptionShape['section'],
  attribute: string,
  more: Partial<OptionShape> = {},
): OptionShape => ({
  ...{ section, attribute, kind: 'text', choices: null, does: '', default: undefined },
  ...more,
})
const SETTINGS = settingsOf([
  shape('all', 'timeout', { default: '120' }),
  shape('all', 'ssbPath'),
  shape('all', 'dir'),
  shape('all', 'wait', { kind: 'switch', default: true }),
  shape('hub', 'engine', { choices: ['docker', 'process'], default: 'docker' }),
  shape('hub', 'join'),
  shape('hub', 'pull', { kind: 'switch' }),
  shape('hub', 'pull', { kind: 'switch' }),
  shape('hub', 'pubVersion', { kind: 'list', default: [] }),
  shape('admin', 'path'),
  shape('admin', 'label'),
])
const keys = SETTINGS.map(({ key }) => key)
const settingOf = (key: string) => SETTINGS.find((one) => one.key === key) as Setting

const text = (line: number, value: string): Located => ({ kind: 'text', line, text: value })
const map = (line: number, ...entries: [number, string, Located][]): Located => ({
  kind: 'map',
  line,
  entries: entries.map(([at, key, value]) => ({ key, line: at, value })),
})

tape('settings: options that are worth keeping, once each, with a variable of their own', (t) => {
  t.deepEqual(keys, [
    ...['all.ssb-path', 'all.timeout', 'all.wait'],
    ...['hub.engine', 'hub.pub-version', 'hub.pull', 'admin.path'],
  ])
  t.equal(settingOf('all.ssb-path').variable, 'BUTTCLOUD_SSB_PATH')
  t.equal(settingOf('hub.pub-version').variable, 'BUTTCLOUD_HUB_PUB_VERSION')
  t.end()
})

tape('settings: a file is read, and every fault names its line and what is allowed', (t) => {
  const good = map(
    1,
    [1, 'all', map(2, [2, 'timeout', text(2, '60')], [3, 'wait', text(3, 'false')])],
    [4, 'hub', map(5, [5, 'pub-version', { kind: 'list', line: 5, items: [text(6, '1=/a')] }])],
    [7, 'admin', { kind: 'nothing', line: 7 }],
  )
  const { written, faults } = readSettings('config.yaml', good, SETTINGS)
  t.deepEqual(faults, [])
  t.deepEqual(
    [...written].map(([key, { value, line }]) => [key, value, line]),
    [
      ['all.timeout', '60', 2],
      ['all.wait', false, 3],
      ['hub.pub-version', ['1=/a'], 5],
    ],
  )
  const bad = map(
    1,
    [1, 'all', text(1, 'x')],
    [
      2,
      'hub',
      map(3, [3, 'engin', text(3, 'docker')], [4, 'engine', text(4, 'magic')], [5, 'join', text(5, 'x')]),
    ],
    [6, 'nope', map(7)],
    [8, 'admin', map(9, [9, 'path', map(10)], [11, 'path', text(11, '/a')], [12, 'path', text(12, '/b')])],
  )
  const wrong = readSettings('config.yaml', bad, SETTINGS).faults
  t.equal(wrong.length, 7)
  t.match(wrong[0] ?? '', /^config.yaml, line 1: expected settings under all/)
  t.match(
    wrong[1] ?? '',
    /line 3: there is no setting "hub.engin". Did you mean hub.engine\? hub has engine, pub-version/,
  )
  t.match(wrong[2] ?? '', /line 4: hub.engine takes one of docker, process, not "magic"/)
  t.match(wrong[3] ?? '', /line 5: there is no setting "hub.join"/, 'a token is no setting')
  t.match(wrong[4] ?? '', /line 6: there is no section "nope". There are all, up/)
  t.match(wrong[5] ?? '', /line 9: admin.path takes a text/)
  t.match(wrong[6] ?? '', /line 12: admin.path is set twice/)
  t.match(readSettings('c', text(1, 'x'), SETTINGS).faults[0] ?? '', /c, line 1: expected sections/)
  t.equal(
    readSettings('c', { kind: 'nothing', line: 1 }, SETTINGS).faults.length,
    0,
    'an empty file is no fault',
  )
  t.end()
})

tape('settings: environment before file before default', (t) => {
  const written = new Map([['all.timeout', { value: '60', line: 2 }]])
  const timeout = settingOf('all.timeout')
  const found = (environment: Record<string, string>, lines = written) => {
    const { from, value, where } = effective(timeout, environment, lines)
    return [from, value, where]
  }
  t.deepEqual(found({ BUTTCLOUD_TIMEOUT: '5' }), ['environment', '5', 'BUTTCLOUD_TIMEOUT'])
  t.deepEqual(found({ BUTTCLOUD_TIMEOUT: ' ' }), ['file', '60', 2], 'an empty variable says nothing')
  t.deepEqual(found({}, new Map()), ['default', '120', null])
  t.throws(
    () => effective(settingOf('hub.engine'), { BUTTCLOUD_HUB_ENGINE: 'magic' }, written),
    /In the environment, BUTTCLOUD_HUB_ENGINE: hub.engine takes one of docker, process/,
  )
  const path = settingOf('all.ssb-path')
  const lines = new Map([['all.ssb-path', { value: '/a', line: 1 }]])
  t.equal(
    effective(path, { ssb_path: '/b' }, lines).where,
    'ssb_path',
    'the variable of SSB is the environment, too',
  )
  t.end()
})

tape('settings: values', (t) => {
  const is = (key: string, value: string) => checkValue(settingOf(key), value)
  t.deepEqual(is('all.wait', 'true'), { ok: true, value: true })
  t.equal(is('all.wait', 'yes').ok, false)
  t.deepEqual(is('hub.pub-version', '1=/a, 2=/b'), { ok: true, value: ['1=/a', '2=/b'] })
  for (const nonsense of ['', ' ', 'a\nb', 'x'.repeat(1001)]) t.equal(is('admin.path', nonsense).ok, false)
  t.equal(nearestOf('all.timeuot', keys), 'all.timeout')
  t.equal(nearestOf('something', keys), null)
  t.equal(nearestOf('x'.repeat(100_000), keys), null)
  t.end()
})
