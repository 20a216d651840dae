/** Private blobs without a node: what was put is kept in memory. */
import { createHash } from 'node:crypto'
import type { PrivateBlobs } from '../../plugin/io/private-blobs'

export function fakeBlobs(): PrivateBlobs & { readonly stored: Map<string, Uint8Array> } {
  const stored = new Map<string, Uint8Array>()
  return {
    stored,
    async put(bytes) {
      const link = `&${createHash('sha256').update(bytes).update(`${stored.size}`).digest('base64')}.sha256`
      stored.set(link, bytes)
      const unbox = 'AAAA.boxs'
      return {
        ...{ link, unbox },
        markdownLink: (name) => `[${name}](${link}?unbox=${unbox})`,
        markdownImage: (name) => `![${name}](${link}?unbox=${unbox})`,
      }
    },
    sweep: async () => undefined,
    stop: () => undefined,
  }
}
