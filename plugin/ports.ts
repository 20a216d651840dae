/** Which ports pubs hold, in the whole fleet. */
const PORTS = 65_536

export class Ports {
  private readonly counts = new Uint32Array(PORTS)

  /** One more pub holds it, or one less. */
  count(port: number, times: 1 | -1): void {
    this.counts[port] = (this.counts[port] ?? 0) + times
  }

  /** The lowest port from `from` to `to` that nobody holds and that is not among `others`; null when there is none. */
  free(from: number, to: number, others: ReadonlySet<number>): number | null {
    for (
      let port = this.counts.indexOf(0, from);
      port !== -1 && port <= to;
      port = this.counts.indexOf(0, port + 1)
    )
      if (!others.has(port)) return port
    return null
  }
}
