/** Which of the owner's pubs a call is about, and what the provider said of it. */
import type { PubView } from '../../protocol/rpc'
import { called } from '../../sbot/peers'
import { Failure, firstLine } from '../failure'
import type { ProviderConnection } from './provider-call'

/** The live pub of this name, or the only one. Throws a Failure that names those there are. */
export async function ownPub({ buttcloud }: ProviderConnection, name: string | null): Promise<PubView> {
  const views = (await called((callback) => buttcloud.pubs(callback))) as PubView[]
  const live = views.filter(({ phase }) => phase !== 'ended')
  const names = live.map((view) => view.name).join(', ')
  const [only] = live
  const found = name === null ? (live.length === 1 ? only : undefined) : live.find((one) => one.name === name)
  if (found !== undefined) return found
  if (live.length === 0) throw new Failure(1, 'You have no pub yet. Make one with: buttcloud create NAME')
  if (name === null) throw new Failure(1, `Which one? You have ${names}.`)
  throw new Failure(1, `You have no pub called ${name}. Yours: ${names}.`)
}

/** What the provider said, without the word for programs at its front, as a sentence. */
export function sentenceOf(error: unknown): string {
  const text = firstLine(error).replace(/^[a-z-]+: /, '')
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`
}
