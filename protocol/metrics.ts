/**
 * Every figure that our programs show to a monitor (docs/METRICS.md): its kind, what it says, and all values that its
 * labels can have. The lists are closed, so no label can carry an id, a name or an address, and no program can make more
 * series than are counted here. Units are in the names: seconds, bytes, else a count.
 */
import { COMMANDS } from './command-vocabulary'
import { DUES_STAGES } from './messages/dues'
import { MACHINE_METRICS } from './metrics-machines'

export const METRIC_PROGRAMS = ['provider', 'hub', 'billing'] as const
export type MetricProgram = (typeof METRIC_PROGRAMS)[number]

export interface Metric {
  kind: 'counter' | 'gauge' | 'histogram'
  /** One sentence, as the monitor shows it. */
  help: string
  programs: readonly MetricProgram[]
  /** Values by label; what is none of them is shown as `other` where the list has that, else not at all. */
  labels?: Readonly<Record<string, readonly string[]>>
  /** Of a histogram: upper bounds, ascending. */
  buckets?: readonly number[]
}

/** The word of a command where none was understood, and where one answer is for many requests. */
export const NO_COMMAND = 'none'
export const MANY_REQUESTS = 'many'
const WORDS = [...COMMANDS, 'name', 'describe', 'yes', 'no', NO_COMMAND, MANY_REQUESTS, 'other'] as const
const FINAL_OUTCOMES = ['done', 'refused', 'failed', 'asked', 'unclear'] as const
export const PUB_PHASES = ['placed', 'up', 'down', 'failed', 'ended'] as const
export const HUB_STATES = ['connected', 'away', 'retired'] as const
/** Why a pub is placed on another hub (`moved.why` of `buttcloud/pub`). */
export const MOVE_CAUSES = ['silent', 'drain', 'cannot-run', 'asked', 'restored', 'other'] as const
/** What live pubs run on, and where those stand that have nothing to run on; `due` is before any date was promised. */
export const MONEY_STATES = [
  ...['billing-off', 'free-plan', 'grant', 'paid', 'trial', 'due'],
  ...DUES_STAGES.filter((stage) => stage !== 'clear' && stage !== 'ended'),
] as const
/** As in hub-daemon/steps.ts; a test holds them against each other. */
export const STEP_KINDS = [
  ...['fetch', 'escrow', 'create', 'start', 'stop', 'remove', 'purge', 'open-session', 'close-session'],
  ...['invite', 'revoke', 'contact', 'owners', 'about', 'blobs', 'probe'],
] as const

const EVERYWHERE = METRIC_PROGRAMS
/** From one look at a small state to a disk that hangs. */
const LOOK_SECONDS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10] as const
/** A step may be a handshake, or the pull of an image. */
const STEP_SECONDS = [0.05, 0.25, 1, 5, 20, 60, 300] as const
/** A request is promised an invite within seconds; a new image, or an owner who pays first, takes minutes to days. */
const INVITE_SECONDS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 1_800, 21_600, 86_400] as const

export const METRICS = {
  buttcloud_build_info: {
    kind: 'gauge',
    help: 'Always 1; the label says which version runs.',
    programs: EVERYWHERE,
  },
  buttcloud_event_loop_lag_seconds: {
    kind: 'gauge',
    help: 'The most by which a timer of one second came late within the last minute.',
    programs: EVERYWHERE,
  },
  process_cpu_seconds_total: {
    kind: 'counter',
    help: 'Processor time that this process has used, in user and system mode.',
    programs: EVERYWHERE,
  },
  process_resident_memory_bytes: {
    kind: 'gauge',
    help: 'Memory of this process that is not swapped out.',
    programs: EVERYWHERE,
  },
  process_start_time_seconds: {
    kind: 'gauge',
    help: 'When this process began, in seconds since 1970.',
    programs: EVERYWHERE,
  },
  buttcloud_feed_messages_total: {
    kind: 'counter',
    help: "Messages on this program's own feed, those of earlier runs included.",
    programs: ['provider', 'hub'],
  },
  buttcloud_writing: {
    kind: 'gauge',
    help: '1 while the boot gate is open and this program may write; 0 while it waits for its own feed.',
    programs: ['provider', 'hub'],
  },
  buttcloud_look_seconds: {
    kind: 'histogram',
    help: 'How long one look took: on the provider deciding and publishing, on a hub planning.',
    programs: ['provider', 'hub'],
    buckets: LOOK_SECONDS,
  },
  buttcloud_look_failures_total: {
    kind: 'counter',
    help: 'Looks that failed and were tried again.',
    programs: ['provider', 'hub'],
  },
  buttcloud_pubs: {
    kind: 'gauge',
    help: 'Pubs by phase; on a hub those that it has, by what it last said of them.',
    programs: ['provider', 'hub'],
    labels: { phase: PUB_PHASES },
  },
  buttcloud_requests_answered_total: {
    kind: 'counter',
    help: 'Requests that got their final answer, by command and outcome.',
    programs: ['provider'],
    labels: { command: WORDS, outcome: FINAL_OUTCOMES },
  },
  buttcloud_requests_open: {
    kind: 'gauge',
    help: 'Requests without a final answer.',
    programs: ['provider'],
  },
  buttcloud_request_open_seconds_max: {
    kind: 'gauge',
    help: 'How long the oldest of them has been here.',
    programs: ['provider'],
  },
  buttcloud_invite_seconds: {
    kind: 'histogram',
    help: 'From the arrival of a request to the answer with its invite, by command.',
    programs: ['provider'],
    labels: { command: ['create', 'import', 'invite'] },
    buckets: INVITE_SECONDS,
  },
  buttcloud_owners: { kind: 'gauge', help: 'People who have ever given a command.', programs: ['provider'] },
  buttcloud_hubs: {
    kind: 'gauge',
    help: 'Hubs by whether they are connected now.',
    programs: ['provider'],
    labels: { state: HUB_STATES },
  },
  buttcloud_hub_away_seconds_max: {
    kind: 'gauge',
    help: 'How long the hub that has been gone for longest has been gone, as far back as this run of the provider.',
    programs: ['provider'],
  },
  buttcloud_hub_lease_left_seconds_min: {
    kind: 'gauge',
    help: 'Until the first lease of a hub that has pubs is out; 0 where one is out. Missing where no hub has pubs.',
    programs: ['provider'],
  },
  buttcloud_hub_silence_seconds_max: {
    kind: 'gauge',
    help: 'How long the hub with pubs that was not heard for longest has not asked for its lease, as far back as this run.',
    programs: ['provider'],
  },
  buttcloud_pubs_stuck: {
    kind: 'gauge',
    help: 'Pubs that should be on another hub and can not be placed there.',
    programs: ['provider'],
  },
  buttcloud_pubs_unmade: {
    kind: 'gauge',
    help: 'Pubs that operators had made by a cluster file in the last week, that never came up, and of whose name there is none since.',
    programs: ['provider'],
  },
  buttcloud_pubs_on_the_way: {
    kind: 'gauge',
    help: 'Pubs that were placed on another hub and are not there yet.',
    programs: ['provider'],
  },
  buttcloud_moves_total: {
    kind: 'counter',
    help: 'Pubs that were placed on another hub, by why, those of earlier runs included.',
    programs: ['provider'],
    labels: { cause: MOVE_CAUSES },
  },
  buttcloud_storm: {
    kind: 'gauge',
    help: '1 while so many hubs are silent together that nothing is moved by itself.',
    programs: ['provider'],
  },
  buttcloud_hub_memory_bytes: {
    kind: 'gauge',
    help: 'Memory that all hubs together offer, and that pubs have reserved of it.',
    programs: ['provider'],
    labels: { what: ['offered', 'reserved'] },
  },
  buttcloud_money_pubs: {
    kind: 'gauge',
    help: 'Live pubs by what they run on, or by where they stand unpaid.',
    programs: ['provider'],
    labels: { state: MONEY_STATES },
  },
  buttcloud_bridges: { kind: 'gauge', help: 'Billing bridges that are admitted.', programs: ['provider'] },
  buttcloud_stripe_calls_owed: {
    kind: 'gauge',
    help: 'Calls to Stripe that are owed and not made.',
    programs: ['provider', 'billing'],
  },
  buttcloud_mail_waiting: {
    kind: 'gauge',
    help: 'Mails in the queue. Missing where no mail is sent.',
    programs: ['provider'],
  },
  buttcloud_dns_names_late: {
    kind: 'gauge',
    help: 'Host names of pubs whose record is not known to be what it should be. Missing where no name server is kept.',
    programs: ['provider'],
  },
  ...MACHINE_METRICS,
  buttcloud_mails_total: {
    kind: 'counter',
    help: 'What came of mails: sent, failed for good, dropped because nobody wants them any more, put off for later.',
    programs: ['provider'],
    labels: { outcome: ['sent', 'failed', 'dropped', 'put-off'] },
  },
  buttcloud_engine_reachable: {
    kind: 'gauge',
    help: '1 while the engine that runs the pubs answers.',
    programs: ['hub'],
  },
  buttcloud_caddy_reachable: {
    kind: 'gauge',
    help: '1 while the Caddy that serves pages by HTTPS does what it is told. Missing where the hub has none.',
    programs: ['hub'],
  },
  buttcloud_caddy_names: {
    kind: 'gauge',
    help: 'Host names that it serves for this hub. Missing, too, where there is none.',
    programs: ['hub'],
  },
  buttcloud_steps_total: {
    kind: 'counter',
    help: 'What the hub did to its pubs, by kind of step and whether it worked.',
    programs: ['hub'],
    labels: { step: STEP_KINDS, outcome: ['done', 'failed'] },
  },
  buttcloud_step_seconds: {
    kind: 'histogram',
    help: 'How long such a step took.',
    programs: ['hub'],
    labels: { step: STEP_KINDS },
    buckets: STEP_SECONDS,
  },
  buttcloud_provider_connected: {
    kind: 'gauge',
    help: '1 while the connection to the provider is there.',
    programs: ['hub', 'billing'],
  },
  buttcloud_provider_away_seconds: {
    kind: 'gauge',
    help: 'How long the provider has been out of reach; 0 while it is there.',
    programs: ['hub', 'billing'],
  },
  buttcloud_lease_left_seconds: {
    kind: 'gauge',
    help: "How long this hub's lease still lasts; below 0 its pubs may be placed elsewhere. Missing until it was given one.",
    programs: ['hub'],
  },
  buttcloud_webhooks_total: {
    kind: 'counter',
    help: "Stripe's deliveries: kept, refused for their signature, or to be delivered again.",
    programs: ['billing'],
    labels: { outcome: ['kept', 'bad-signature', 'later'] },
  },
} as const satisfies Record<string, Metric>

export type MetricName = keyof typeof METRICS

/** One figure, or one event to be counted: what it means follows from the kind of its metric. */
export interface Sample {
  name: MetricName
  labels?: Readonly<Record<string, string>>
  value: number
}

/** The metric as a plain one, whichever it is. */
export const metricOf = (name: MetricName): Metric => METRICS[name]

/** Those of one program. */
export function metricsOf(program: MetricProgram): MetricName[] {
  return (Object.keys(METRICS) as MetricName[]).filter((name) => metricOf(name).programs.includes(program))
}

/** The labels as they are shown; null where one of them has a value that is on no list. */
export function shownLabels({ name, labels = {} }: Sample): Record<string, string> | null {
  const lists = metricOf(name).labels ?? {}
  const shown: Record<string, string> = {}
  for (const [label, list] of Object.entries(lists)) {
    const value = labels[label] ?? 'other'
    const known = list.includes(value) ? value : list.includes('other') ? 'other' : null
    if (known === null) return null
    shown[label] = known
  }
  return shown
}

/** All series that a metric can have, without the program's own labels. */
export function seriesOf(name: MetricName): Record<string, string>[] {
  let series: Record<string, string>[] = [{}]
  for (const [label, list] of Object.entries(metricOf(name).labels ?? {}))
    series = series.flatMap((one) => list.map((value) => ({ ...one, [label]: value })))
  return series
}
