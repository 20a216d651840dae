/** A command's context for a program that owns the screen: whatever a helper says goes to nobody's terminal. */
import { Writable } from 'node:stream'
import type { Context } from '../../context'

/** The same options and folders, with all that is said handed to `note`. */
export function quietContext(context: Context, note: (text: string) => void): Context {
  const nowhere: Writable & { isTTY?: boolean } = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      note(chunk.toString('utf8'))
      done()
    },
  })
  return {
    ...context,
    ...{ stdout: nowhere, stderr: nowhere },
    ...{ print: note, say: note, tell: note, explain: note },
  }
}
