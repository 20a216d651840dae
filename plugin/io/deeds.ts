/**
 * What the operator does to records. It comes from outside of the decisions, so it is done between two of them: what they
 * have made of the records before must not be published after it.
 */
export class Deeds {
  private readonly waiting: (() => Promise<void>)[] = []

  constructor(private readonly wake: () => void) {}

  /** Done at the next look, and so not before this node may write. */
  ask<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.waiting.push(() => work().then(resolve, reject))
      this.wake()
    })
  }

  /** Does what is waiting; for the loop. */
  async do(): Promise<void> {
    for (const deed of this.waiting.splice(0)) await deed()
  }
}
