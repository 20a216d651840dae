/** Which ports pubs hold, in the whole fleet. */
const PORTS = 65_536

export class Ports {
  private readonly counts = new Uint32Array(PORTS)
  private readonly taken: number[] = []

  /** One more pub holds it, or one less. */
  count(port: number, times: 1 | -1): void {
    this.counts[port] = (this.counts[port] ?? 0) + times
  }

  /** Takes the lowest free port of these, until `forgetTaken`; null when there is none. */
  take(from: number, to: number): number | null {
    const port = this.counts.indexOf(0, from)
    if (port === -1 || port > to) return null
    this.count(port, 1)
    this.taken.push(port)
    return port
  }

  forgetTaken(): void {
    for (const port of this.taken.splice(0)) this.count(port, -1)
  }
}
