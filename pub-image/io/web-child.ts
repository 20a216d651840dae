/** What the two page programs share: the pub as they may see it, their one socket, and a lid on the file system. */
import fs from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import { type ChildStart, WEB_MANIFEST } from '../web-talk'
import { stock } from './stock'
import { goFirst } from './web-environment'

/** Waits for the word of the front; without it, or after it has gone, there is nothing to do here. */
export function startWhenTold(run: (pub: any) => void, folders: string[]): void {
  process.once('disconnect', () => process.exit(0))
  goFirst()
  process.once('message', (start: ChildStart) => {
    connect(start).then(
      (pub) => {
        pub.once('closed', () => process.exit(0))
        const handler = captureHandler(() => run(pub))
        keepInside(folders)
        http.createServer(handler).listen(start.socket, () => process.send?.({ kind: 'ready' }))
      },
      (error: Error) => {
        process.stderr.write(`${JSON.stringify({ web: `no way to the pub: ${error.message}` })}\n`)
        process.exit(1)
      },
    )
  })
}

/** The pub over a connection that may only read; what these programs would write or fetch does nothing. */
async function connect({ access }: ChildStart): Promise<any> {
  const client = stock('ssb-client')
  const options = {
    remote: access.remote,
    manifest: WEB_MANIFEST,
    caps: { shs: access.networkKey },
    config: { timers: { inactivity: -1 } },
  }
  const rpc = await new Promise<any>((resolve, reject) =>
    client(access.keys, options, (error: unknown, found: unknown) =>
      error ? reject(error) : resolve(found),
    ),
  )
  const { id } = await new Promise<{ id: string }>((resolve, reject) =>
    rpc.whoami((error: unknown, found: { id: string }) => (error ? reject(error) : resolve(found))),
  )
  // At once: git-ssb-web falls over a visitor who comes before it knows who it is.
  rpc.whoami = (callback: (error: null, found: { id: string }) => void) => callback(null, { id })
  const refuse = (...args: any[]) => args.at(-1)(new Error('these pages can only be read'))
  const nothing = (_content: unknown, callback: (error: null, content: null) => void) => callback(null, null)
  rpc.publish = refuse
  rpc.private = { unbox: nothing, publish: refuse }
  // Whoever asks for a page must not make the pub fetch things.
  rpc.blobs.want = (_id: string, callback: (error: null, has: boolean) => void) => callback(null, false)
  rpc.blobs.push = refuse
  // A stream that never says anything, by which git-ssb-web watches its connection.
  rpc.gossip = { ping: () => ({ source: () => undefined, sink: () => undefined }) }
  return rpc
}

/** These programs listen on a port by themselves; their handler is wanted, their port is not. */
function captureHandler(init: () => void): http.RequestListener {
  let handler: http.RequestListener | null = null
  const real = http.createServer
  const fake = (found: http.RequestListener) => {
    handler = found
    return { listen: () => undefined }
  }
  Object.assign(http, { createServer: fake })
  try {
    init()
  } finally {
    Object.assign(http, { createServer: real })
  }
  if (handler === null) throw new Error('the program of these pages has not offered to serve any')
  return handler
}

/** git-ssb-web does not keep to its own folder when it serves files; the front checks the names, and this the paths. */
function keepInside(folders: string[]): void {
  const inside = (path: unknown): boolean =>
    typeof path === 'string' && folders.some((folder) => path.startsWith(folder + sep))
  const { stat, readFile, createReadStream } = fs
  const refusal = () => Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' })
  const guarded =
    (method: (...args: any[]) => unknown) =>
    (path: unknown, ...rest: any[]): unknown =>
      inside(path) ? method.call(fs, path, ...rest) : rest.at(-1)?.(refusal())
  Object.assign(fs, {
    stat: guarded(stat as (...args: any[]) => unknown),
    readFile: guarded(readFile as (...args: any[]) => unknown),
    createReadStream(path: any, options: any) {
      if (!inside(path)) throw refusal()
      return createReadStream.call(fs, path, options)
    },
  })
}

/** The folder of a package, and those of some of its dependencies, wherever they were installed. */
export function foldersOf(packageName: string, dependencies: string[]): string[] {
  const own = require.resolve(`${packageName}/package.json`)
  const requireAsIt = createRequire(own)
  return [own, ...dependencies.map((name) => requireAsIt.resolve(`${name}/package.json`))].map(dirname)
}
