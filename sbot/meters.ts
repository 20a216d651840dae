/** The figures of one program in Prometheus' own format. What may be shown is said in protocol/metrics.ts alone. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { LAG_EVERY_MS, LAG_SAMPLES } from '../protocol/limits-metrics'
import {
  type MetricName,
  type MetricProgram,
  metricOf,
  metricsOf,
  type Sample,
  seriesOf,
  shownLabels,
} from '../protocol/metrics'

/** Takes one event: a counter grows by its value, a histogram counts it in. */
export type Note = (sample: Sample) => void

/** For programs that show no figures. */
export const noNote: Note = () => {}

const BUILD = 'buttcloud_build_info'
type Gather = () => Sample[] | Promise<Sample[]>
type Kept = Counter<string> | Gauge<string> | Histogram<string>

export class Meters {
  private readonly registry = new Registry()
  private readonly kept = new Map<MetricName, Kept>()
  private readonly gathers: Gather[] = []
  private readonly lag = new Lag()
  private asked: Promise<string> | null = null
  /** Once: reckoned anew it would wander by milliseconds, and every one looks like a restart. */
  private readonly startedSeconds = Date.now() / 1_000 - process.uptime()

  constructor(
    program: MetricProgram,
    private readonly version: string,
  ) {
    this.registry.setDefaultLabels({ program })
    for (const name of metricsOf(program)) this.kept.set(name, this.made(name))
  }

  /** What the text is to be called in an HTTP answer. */
  get contentType(): string {
    return this.registry.contentType
  }

  /** See Note. Figures of another program, or with labels that are on no list, are dropped: they are never an error. */
  readonly note: Note = (sample) => {
    // Which version runs is nobody's to say but ours.
    if (sample.name === BUILD) return
    const labels = shownLabels(sample)
    const kept = this.kept.get(sample.name)
    if (labels === null || kept === undefined || !Number.isFinite(sample.value)) return
    if (kept instanceof Histogram) kept.observe(labels, sample.value)
    else if (kept instanceof Counter) kept.inc(labels, Math.max(0, sample.value))
    else kept.set(labels, sample.value)
  }

  /** Asked at every scrape for what is known then. One that rejects leaves its figures out. */
  gather(gather: Gather): void {
    this.gathers.push(gather)
  }

  /** Everything, as a monitor reads it. Who asks while it is being made gets the same. */
  text(): Promise<string> {
    this.asked ??= this.read().finally(() => {
      this.asked = null
    })
    return this.asked
  }

  stop(): void {
    this.lag.stop()
  }

  private async read(): Promise<string> {
    const asked = this.gathers.map(async (gather) => gather())
    const found = (await Promise.allSettled(asked)).flatMap((one) =>
      one.status === 'fulfilled' ? one.value : [],
    )
    const samples = [...this.ofProcess(), ...found]
    this.show(samples)
    // What nobody knows now is missing, rather than what it once was.
    const known = new Set(samples.map((sample) => sample.name))
    const names = [...this.kept].flatMap(([name, kept]) =>
      kept instanceof Gauge && !known.has(name) ? [] : [name],
    )
    const texts = await Promise.all(names.map((name) => this.registry.getSingleMetricAsString(name)))
    return `${texts.join('\n\n')}\n`
  }

  private show(samples: Sample[]): void {
    for (const name of new Set(samples.map((sample) => sample.name))) {
      const kept = this.kept.get(name)
      if (kept instanceof Gauge && name !== BUILD) for (const labels of seriesOf(name)) kept.set(labels, 0)
      // A counter that is known as a whole takes that value.
      if (kept instanceof Counter) kept.reset()
    }
    for (const sample of samples)
      if (sample.name === BUILD) (this.kept.get(BUILD) as Gauge<string>).set({ version: this.version }, 1)
      else this.note(sample)
  }

  private ofProcess(): Sample[] {
    const { user, system } = process.cpuUsage()
    return [
      { name: BUILD, value: 1 },
      { name: 'buttcloud_event_loop_lag_seconds', value: this.lag.worstSeconds() },
      { name: 'process_cpu_seconds_total', value: (user + system) / 1e6 },
      { name: 'process_resident_memory_bytes', value: process.memoryUsage.rss() },
      { name: 'process_start_time_seconds', value: this.startedSeconds },
    ]
  }

  private made(name: MetricName): Kept {
    const { kind, help, labels = {}, buckets = [] } = metricOf(name)
    const labelNames = name === BUILD ? ['version'] : Object.keys(labels)
    const options = { name, help, labelNames, registers: [this.registry] }
    if (kind === 'histogram') {
      const histogram = new Histogram({ ...options, buckets: [...buckets] })
      for (const one of seriesOf(name)) histogram.zero(one)
      return histogram
    }
    if (kind === 'gauge') return new Gauge(options)
    const counter = new Counter(options)
    // What has not happened yet is 0 and not missing, so that its first time is a rise.
    for (const one of seriesOf(name)) counter.inc(one, 0)
    return counter
  }
}

/** How late timers come. Its own timer keeps no program alive. */
class Lag {
  private readonly late: number[] = []
  private dueAt = performance.now() + LAG_EVERY_MS
  private readonly timer = setInterval(() => this.measure(), LAG_EVERY_MS).unref()

  /** Also while a scrape comes during the lag itself. */
  worstSeconds(): number {
    return Math.max(0, performance.now() - this.dueAt, ...this.late) / 1_000
  }

  stop(): void {
    clearInterval(this.timer)
  }

  private measure(): void {
    const now = performance.now()
    this.late.push(Math.max(0, now - this.dueAt))
    if (this.late.length > LAG_SAMPLES) this.late.shift()
    this.dueAt = now + LAG_EVERY_MS
  }
}
