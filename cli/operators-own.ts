/** What an owner is told who types a word that only operators have. */

const UNKNOWN = /^error: unknown command '([^']{1,40})'/

/** commander's sentence on an unknown word; where `admin` has that word, where it is found instead of a guess. */
export function withOperators(sentence: string, adminVerbs: readonly string[]): string {
  const [, word] = UNKNOWN.exec(sentence) ?? []
  if (word === undefined || !adminVerbs.includes(word)) return sentence
  return (
    `error: ${word} is for whoever runs a provider: buttcloud admin ${word} (buttcloud admin ${word} --help). ` +
    'As an owner, ask them for it.\n'
  )
}
