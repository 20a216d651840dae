/** Goal: the page of figures, the dashboard and the alert rules speak of figures that exist, with values that can be. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'tape'
import { parse } from 'yaml'
import { METRICS_PORTS } from '../../protocol/limits-metrics'
import { METRICS, type MetricName, metricOf } from '../../protocol/metrics'
import { expressionsOfDashboard, MONITORING, type Rule, rulesOf } from '../helpers/monitoring'

const NAMES = Object.keys(METRICS) as MetricName[]
/** What Prometheus itself adds. */
const ADDED = new Set(['job', 'instance', 'le', 'program', 'version'])

/** What an expression says that is not so. */
function faults(expression: string): string[] {
  const found: string[] = []
  for (const [, whole = '', matchers = ''] of expression.matchAll(
    /\b((?:buttcloud|process|nodejs)_\w+)(?:\{([^}]*)\})?/g,
  )) {
    const name = NAMES.find(
      (one) => one === whole || (isHistogram(one) && PARTS.some((part) => whole === one + part)),
    )
    if (name === undefined || (isHistogram(name) && name === whole)) {
      found.push(`${whole} is no figure`)
      continue
    }
    for (const [, label = '', operator, text = ''] of matchers.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)) {
      const list = label === 'program' ? metricOf(name).programs : metricOf(name).labels?.[label]
      if (list === undefined) {
        if (!ADDED.has(label)) found.push(`${name} has no label ${label}`)
        continue
      }
      for (const value of operator?.endsWith('~') ? text.split('|') : [text])
        if (!(list as readonly string[]).includes(value)) found.push(`${name}: ${label} is never ${value}`)
    }
  }
  return found
}

const PARTS = ['_bucket', '_sum', '_count']
const isHistogram = (name: MetricName): boolean => metricOf(name).kind === 'histogram'

test('monitoring: the check finds what is wrong', (t) => {
  t.deepEqual(faults('rate(buttcloud_nothing_total[5m])'), ['buttcloud_nothing_total is no figure'])
  t.deepEqual(faults('buttcloud_pubs{phase="flying"}'), ['buttcloud_pubs: phase is never flying'])
  t.deepEqual(faults('buttcloud_pubs{phase=~"up|sunk",colour="red"}'), [
    'buttcloud_pubs: phase is never sunk',
    'buttcloud_pubs has no label colour',
  ])
  t.deepEqual(faults('buttcloud_look_seconds > 1'), ['buttcloud_look_seconds is no figure'])
  t.deepEqual(faults('buttcloud_pubs{program="billing"}'), ['buttcloud_pubs: program is never billing'])
  t.end()
})

test('monitoring: dashboard and rules speak of what there is', (t) => {
  const dashboard = expressionsOfDashboard()
  const rules = rulesOf()
  t.ok(dashboard.length > 25, `${dashboard.length} expressions in the dashboard`)
  t.ok(rules.length >= 20, `${rules.length} rules`)
  for (const expression of [...dashboard, ...rules.map((rule) => rule.expr)])
    t.deepEqual(faults(expression), [], expression)
  const all = [...dashboard, ...rules.map((rule) => rule.expr)].join('\n')
  const unused = NAMES.filter((name) => !all.includes(name))
  t.deepEqual(
    unused,
    [
      'buttcloud_requests_open',
      'buttcloud_owners',
      'buttcloud_bridges',
      'buttcloud_dns_names_late',
      'buttcloud_machines_wanted_total',
      'buttcloud_machines_unjoined_total',
      'buttcloud_caddy_names',
      'buttcloud_provider_connected',
    ],
    'these alone are for looking up by hand',
  )
  t.end()
})

test('monitoring: every rule says how urgent it is and what to do, and is tried firing and quiet', (t) => {
  const stories = parse(readFileSync(join(MONITORING, 'alerts.test.yml'), 'utf8')).tests.map(
    (one: { name: string }) => one.name,
  )
  for (const { alert, labels, annotations } of rulesOf()) {
    t.ok(['page', 'look'].includes(labels.severity ?? ''), `${alert}: ${labels.severity}`)
    t.match(annotations.summary ?? '', /[.?]$/, annotations.summary)
    for (const kind of ['fires', 'quiet']) t.ok(stories.includes(`${alert} ${kind}`), `${alert} ${kind}`)
  }
  t.equal(stories.length, 2 * rulesOf().length)
  t.end()
})

test('monitoring: METRICS.md has every figure as it is, and the ports', (t) => {
  const page = readFileSync(join(dirname(MONITORING), 'METRICS.md'), 'utf8')
  const rows = page.split('\n').filter((line) => /^\| `(buttcloud|process)_/.test(line))
  const wanted = NAMES.map((name) => {
    const { kind, programs, help, labels = {} } = metricOf(name)
    const shown = Object.keys(labels).map((label) => `\`${label}\``)
    return `| \`${name}\` | ${kind} | ${programs.join(', ')} | ${shown.join(', ')} | ${help} |`
  })
  t.deepEqual(rows, wanted)
  const example = readFileSync(join(MONITORING, 'prometheus.yml'), 'utf8')
  for (const port of Object.values(METRICS_PORTS)) {
    t.ok(page.includes(`127.0.0.1:${port}`), `${port} on the page`)
    t.ok(example.includes(`127.0.0.1:${port}`), `${port} in the example`)
  }
  t.end()
})

test('monitoring: the names of alerts are unique', (t) => {
  const names = rulesOf().map((rule: Rule) => rule.alert)
  t.equal(new Set(names).size, names.length)
  t.end()
})
