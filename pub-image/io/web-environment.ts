/** What a process of the web pages finds in its environment: nothing of the pub's, which names its folder and its hub. */
export function bareWebEnvironment(): Record<string, string> {
  const { PATH, NODE_ENV, TMPDIR, LANG } = process.env
  const kept = Object.entries({ PATH, NODE_ENV, TMPDIR, LANG })
  return Object.fromEntries(kept.filter((entry): entry is [string, string] => entry[1] !== undefined))
}
