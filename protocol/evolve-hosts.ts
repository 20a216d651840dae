/** By which hosts a hub says that its pubs are reached: who begins to say another one has been given another address. */
import type { MessageId } from './ids'
import { HOSTS_KEPT_MAX } from './limits-dns'
import type { ObservedMessage } from './messages/observed'
import type { AuthorFold } from './state-author'

/** Folds one word of a hub about a pub. */
export function noteHost(author: AuthorFold, key: MessageId, { pub, phase, host }: ObservedMessage): void {
  if (phase !== 'up' || host === null) return
  const known = author.hosts.get(pub)
  if (known === undefined) author.hosts.set(pub, { all: [host], now: host, key })
  else if (known.now !== host) author.hosts.set(pub, { all: withHost(known.all, host), now: host, key })
}

/** The first one stays: it is the one that the owners were given. */
function withHost(all: string[], host: string): string[] {
  if (all.includes(host)) return all
  const [first = host, ...later] = all
  return [first, ...[...later, host].slice(1 - HOSTS_KEPT_MAX)]
}
