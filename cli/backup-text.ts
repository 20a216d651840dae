/** What the backup commands say. */
import type { BackupManifest } from '../protocol/rpc-backup'

/** What a backup holds, in one line. */
export function backupText(manifest: BackupManifest, messages: number): string {
  const own = manifest.feeds.find((one) => one.role === 'provider')?.head ?? 0
  const pubs = manifest.feeds.filter((one) => one.role === 'pub').length
  const hubs = manifest.feeds.filter((one) => one.role === 'hub').length
  return `${manifest.provider} up to message ${own}, ${count(hubs, 'hub')}, ${count(pubs, 'pub')}; ${count(messages, 'message')} and ${count(manifest.files.length, 'file')}, as of ${new Date(manifest.madeAt).toISOString()}`
}

/** What to do after a backup was put back. */
export function afterRestoreText(dir: string, manifest: BackupManifest, options: string): string {
  const was =
    manifest.address === null
      ? ''
      : ` It was reached at ${manifest.address}; its hubs and owners look for it there.`
  return [
    `The provider ${manifest.provider} is in ${dir} as it was ${new Date(manifest.madeAt).toISOString()}.${was}`,
    'Never start the former copy again, wherever it is: two that write one feed destroy it.',
    `Start this one with: buttcloud provider ${options}`,
    'It writes nothing until a hub has given back what was written since the backup, and says in its log what it waits for (docs/OPERATORS.md, "The provider is lost").',
  ].join('\n')
}

/** The name of a backup, when none was given. */
export function backupName(now: number): string {
  return `buttcloud-${new Date(now).toISOString().slice(0, 19).replace(/:/g, '')}Z.backup`
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}
