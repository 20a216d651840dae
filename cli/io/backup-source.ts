/** The items of a backup from a provider that runs. */
import { describeRefusal } from '../../protocol/check'
import { PROVIDER_MANIFEST } from '../../protocol/rpc'
import { type BackupItem, backupItem } from '../../protocol/rpc-backup'
import { asError } from '../../sbot/peers'
import { closeClient, connectMaster } from './rpc-client'

/** Null where none runs in this folder. Ends its connection when it has ended. */
export async function backupOfRunning(folder: string): Promise<AsyncGenerator<BackupItem> | null> {
  // Over its socket only: who answers at a port may be another copy.
  const master = await connectMaster(folder, { buttcloud: PROVIDER_MANIFEST }, true)
  return master === null ? null : items(master.rpc)
}

async function* items(rpc: any): AsyncGenerator<BackupItem> {
  const read: (abort: unknown, cb: (end: unknown, value?: unknown) => void) => void =
    rpc.buttcloud.adminBackup()
  try {
    for (;;) {
      const next = await new Promise<{ value: unknown } | null>((resolve, reject) => {
        read(null, (end, value) => {
          if (end === true) resolve(null)
          else if (end) reject(asError(end))
          else resolve({ value })
        })
      })
      if (next === null) return
      const checked = backupItem(next.value, 'item')
      if (!checked.ok) throw new Error(`the provider said what makes no sense: ${describeRefusal(checked)}`)
      yield checked.value
    }
  } finally {
    await closeClient(rpc)
  }
}
