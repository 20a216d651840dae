/** A backup of a provider that does not run: its folder is opened, read and left as it is. */
import { join } from 'node:path'
import type { BackupItem } from '../../protocol/rpc-backup'
import { realClock } from '../../sbot/loop'
import { openNode } from '../../sbot/stacks'
import { feedOf } from '../query'
import { backupItems } from './backup'
import { Inbox } from './inbox'
import { readRestored } from './restored'
import { Tables } from './tables'
import { Vault } from './vault'

/** The items, in order. Throws a sentence where the folder is in use or holds no provider. */
export async function* stoppedBackup(dir: string): AsyncGenerator<BackupItem> {
  const folder = join(dir, 'buttcloud')
  if (readRestored(folder) !== null)
    throw new Error(
      'this provider was itself put back from a backup, and has not got everything back yet: start it and wait for that first',
    )
  const node = await openNode({
    ...{ path: dir, kind: 'provider', unixSocket: false },
    data: { folder: dir, kind: 'provider' },
  })
  try {
    const { sbot } = node
    const broken = (error: Error): void => {
      throw error
    }
    const inbox = new Inbox(sbot, new Tables(folder, () => realClock.now()), () => {}, broken, realClock)
    await inbox.start()
    const { state } = inbox
    const vault = new Vault(folder)
    inbox.stop()
    yield* backupItems(
      {
        ...{ sbot, state, folder: dir, address: null, now: realClock.now() },
        feedOf: (pub) => feedOf(state, pub) ?? vault.feedOf(pub.pub),
      },
      (work) => work(),
    )
  } finally {
    await node.close()
  }
}
