/** How a command ends when it does not end well. */

/** 1: refused, or tried and failed. 2: used wrongly. 3: no answer in time, or nobody there. */
export type ExitCode = 1 | 2 | 3

/** Carries the sentence for stderr and the exit code; anything else that is thrown is our own bug. */
export class Failure extends Error {
  constructor(
    readonly code: ExitCode,
    message: string,
    options?: { cause: unknown },
  ) {
    super(message, options)
    this.name = 'Failure'
  }
}

/** The first line of whatever was thrown: libraries put whole stacks into messages. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  // ssb-client's words for it say nothing to whoever does not know its programs.
  return (text.split('\n', 1)[0]?.trim() ?? '').replace('could not connect to sbot', 'nobody answers there')
}

const OUT_OF_REACH =
  /could not connect|out of reach|nobody answers|no answer within|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ENOTFOUND|EAI_AGAIN/

/** 3 where somebody could not be reached, which later may go well, else 1. */
export function codeOf(error: unknown): ExitCode {
  return OUT_OF_REACH.test(firstLine(error)) ? 3 : 1
}
