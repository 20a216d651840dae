/** The plugins of stock ssb-server 16, taken from ssb-server's own dependencies, so that its versions are used. */
import Module, { createRequire } from 'node:module'
import { guardStreams } from '../../sbot/sound-ebt'
import { guardBlobStore } from './blob-gate'

const requireStock = createRequire(require.resolve('ssb-server/package.json'))

/** A package as ssb-server itself would load it. */
export function stock(name: string): any {
  return requireStock(name)
}

/** A package as one of ssb-server's dependencies would load it. */
export function stockOf(dependency: string, name: string): any {
  return createRequire(requireStock.resolve(dependency))(name)
}

/**
 * In the order of ssb-server's bin. Left out: ssb-plugins (it installs and runs code from the data folder),
 * ssb-local (broadcasts on the network), ssb-unix-socket with ssb-no-auth (master without a key), ssb-ws.
 */
const STOCK_PLUGINS = [
  'ssb-private1',
  'ssb-onion',
  'ssb-master',
  'ssb-gossip',
  'ssb-replicate',
  'ssb-friends',
  'ssb-blobs',
  'ssb-invite',
  'ssb-logging',
  'ssb-query',
  'ssb-links',
  'ssb-ebt',
  'ssb-ooo',
] as const

/**
 * ssb-gossip cuts every connection when a network interface of the machine comes or goes, as a laptop should. A pub is
 * a server: each container that starts on its machine is such a change, and its members and hub must not notice.
 */
function stayConnected(): void {
  const file = createRequire(requireStock.resolve('ssb-gossip')).resolve('on-change-network')
  // The module that ssb-gossip will load: nothing ever changes.
  require.cache[file] = Object.assign(new Module(file), {
    filename: file,
    loaded: true,
    exports: () => undefined,
  })
}

/** A new stock server with these plugins, not yet started; more may be added with `use`. */
export function stockServer(): any {
  stayConnected()
  guardStreams(requireStock.resolve('ssb-ebt'))
  guardBlobStore(createRequire(requireStock.resolve('ssb-blobs')).resolve('./create'))
  // A fresh stack: the one that ssb-server exports is shared by everybody in the process.
  const create = stock('ssb-server').createSsbServer()
  for (const name of STOCK_PLUGINS) create.use(stock(name))
  return create
}
