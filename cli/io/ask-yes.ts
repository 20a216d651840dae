/** A question on the terminal that only `yes` answers. */
import { createInterface } from 'node:readline/promises'
import type { Context } from '../context'

/** True with --yes, or when a person says so; false where nobody can be asked. */
export async function askYes(context: Context, question: string): Promise<boolean> {
  if (context.options.yes) return true
  context.tell(question)
  if (context.stdin.isTTY !== true) return false
  const terminal = createInterface({ input: context.stdin, output: context.stderr })
  try {
    return (await terminal.question('(yes/no) ')).trim().toLowerCase() === 'yes'
  } catch {
    // Ctrl-C or Ctrl-D: no yes.
    return false
  } finally {
    terminal.close()
  }
}
