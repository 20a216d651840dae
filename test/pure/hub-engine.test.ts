/** Which engine a hub goes on with, and when it may be another one. */
import tape from 'tape'
import { decideEngine, type EngineTraces, type Left, refusalOfChange } from '../../hub-daemon/engine-kept'

const NEW: EngineTraces = { runs: 'none', keys: false }

tape('engine: chosen at the first start, kept from then on', (t) => {
  t.deepEqual(decideEngine({ asked: 'auto', kept: null, traces: NEW }), { kind: 'first', engine: 'auto' })
  t.deepEqual(decideEngine({ asked: 'docker', kept: null, traces: NEW }), { kind: 'first', engine: 'docker' })
  for (const engine of ['docker', 'process'] as const) {
    for (const asked of ['auto', engine] as const)
      t.deepEqual(
        decideEngine({ asked, kept: engine, traces: NEW }),
        { kind: 'same', engine },
        `${engine}, ${asked}`,
      )
    const other = engine === 'docker' ? 'process' : 'docker'
    t.deepEqual(decideEngine({ asked: other, kept: engine, traces: NEW }), {
      kind: 'change',
      from: engine,
      to: other,
    })
  }
  t.end()
})

tape('engine: a hub from before it was written down is known by what lies in its folder', (t) => {
  const cases: [EngineTraces, 'docker' | 'process'][] = [
    [{ runs: 'none', keys: true }, 'docker'],
    [{ runs: 'empty', keys: true }, 'docker'],
    [{ runs: 'empty', keys: false }, 'process'],
    [{ runs: 'pubs', keys: true }, 'process'],
  ]
  for (const [traces, engine] of cases)
    t.deepEqual(
      decideEngine({ asked: 'auto', kept: null, traces }),
      { kind: 'same', engine },
      JSON.stringify(traces),
    )
  t.deepEqual(
    decideEngine({ asked: 'process', kept: null, traces: { runs: 'none', keys: true } }),
    { kind: 'change', from: 'docker', to: 'process' },
    'another one is no first choice there',
  )
  t.end()
})

tape('engine: changed only where nothing is left with the former one', (t) => {
  const left = (runs: number, volumes: number): Left => ({ kind: 'runs', runs, volumes })
  t.equal(refusalOfChange('docker', 'process', left(0, 0), true), null, 'an empty one')
  t.match(refusalOfChange('docker', 'process', left(1, 2), true) ?? '', /1 run and 2 volumes .*drain HUB/)
  t.match(
    refusalOfChange('process', 'docker', left(0, 1), false) ?? '',
    /0 runs and 1 volume of/,
    'kept volumes count',
  )
  const silent: Left = { kind: 'silent', reason: 'could not reach Docker' }
  t.match(refusalOfChange('docker', 'process', silent, true) ?? '', /nobody can say .*could not reach Docker/)
  t.equal(refusalOfChange('docker', 'process', silent, false), null, 'a hub that never made a pub hides none')
  t.end()
})
