/** How the processes of the web pages begin. */
import { writeFileSync } from 'node:fs'

/** Where memory runs out, the web pages go and the pub stays. */
export function goFirst(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000')
  } catch {
    // Not Linux, or not allowed: then the kernel chooses.
  }
}

/** What a process of the web pages finds in its environment: nothing of the pub's, which names its folder and its hub. */
export function bareWebEnvironment(): Record<string, string> {
  const { PATH, NODE_ENV, TMPDIR, LANG } = process.env
  const kept = Object.entries({ PATH, NODE_ENV, TMPDIR, LANG })
  return Object.fromEntries(kept.filter((entry): entry is [string, string] => entry[1] !== undefined))
}
