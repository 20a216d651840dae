/** One of our own nodes in this process, in a temporary folder, on a private network. */
import { type NodeKind, type NodeOptions, type OpenedNode, openNode } from '../../sbot/stacks'
import { freePort, removeFolder, temporaryFolder } from './machine'
import { netAddress } from './stock'

export interface TestNode extends OpenedNode {
  path: string
  port: number
  /** Multiserver address. */
  address: string
  /** Ends it; the folder stays. */
  stop(): Promise<void>
  /** Ends it and removes the folder. */
  remove(): Promise<void>
}

export interface TestNodeOptions extends Partial<NodeOptions> {
  networkKey: string
  kind?: NodeKind
}

/** ssb-db2 saves an index up to a second after it was closed, and makes the folder again for that. */
const removed = new Set<string>()
process.once('exit', () => {
  for (const path of removed) removeFolder(path)
})

/**
 * Starts a node. A new folder means a new identity, so its gate opens at once. No unix socket: multiserver has one
 * for the first stack of a process only.
 */
export async function startNode(options: TestNodeOptions): Promise<TestNode> {
  const path = options.path ?? temporaryFolder(options.kind ?? 'node')
  const port = options.listen?.port ?? (await freePort())
  const node = await openNode({
    ...{ kind: 'provider', unixSocket: false, listen: { host: '127.0.0.1', port } },
    ...options,
    path,
  })
  let open = true
  const stop = async () => {
    if (open) await node.close()
    open = false
  }
  return {
    ...node,
    ...{ path, port, stop, address: netAddress('127.0.0.1', port, node.id) },
    async remove() {
      await stop()
      removeFolder(path)
      removed.add(path)
    },
  }
}
