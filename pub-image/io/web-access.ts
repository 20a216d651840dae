/**
 * The pub's side of its web pages: a key that may read what is public, and the process that serves them. That key lives
 * in memory only and is another one at every start.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { WEB_FACTS_MS, WEB_RESTART_MAX_MS, WEB_RESTART_MS } from '../../protocol/limits'
import type { PubConfig } from '../config'
import { emptyOwn, evolveOwn } from '../own'
import { type FrontStart, MAY_DECRYPT, type ToFront, WEB_METHODS, type WebAccess } from '../web-talk'
import { readOwnFeed } from './own-feed'
import { stock } from './stock'
import { bareWebEnvironment } from './web-environment'

const RIGHTS = { allow: [...WEB_METHODS], deny: null }

/** The plugin to add after all that it hooks; only where web pages are wanted. */
export function webPlugin(config: PubConfig, port: number): object {
  return {
    name: 'webPages',
    version: '1.0.0',
    manifest: {},
    permissions: {},
    init(ssb: any) {
      const keys = stock('ssb-keys').generate()
      admit(ssb, keys.id)
      const front = new Front(
        () => startOf(ssb, config, port, keys),
        remembered(() => factsOf(ssb, config)),
      )
      ssb.close.hook(function (this: unknown, close: any, args: unknown[]) {
        front.end()
        return close.apply(this, args)
      })
      // The address is known once the server listens.
      ssb.once('multiserver:listening', () => front.begin())
      return {}
    },
  }
}

/** Grants the key its rights, and keeps what is private to the pub out of all that it reads. */
function admit(ssb: any, id: string): void {
  ssb.auth.hook(function (this: unknown, auth: any, args: any[]) {
    const [caller, callback] = args
    if (caller === id) callback(null, RIGHTS)
    else auth.apply(this, args)
  })
  for (const name of MAY_DECRYPT)
    ssb[name].hook(function (this: { id?: unknown }, method: any, args: any[]) {
      if (this?.id !== id) return method.apply(this, args)
      const [options] = args
      const plain = typeof options === 'object' && options !== null ? { ...options, private: false } : options
      const source = method.apply(this, [plain, ...args.slice(1)])
      return name === 'get' ? source : onlyPublic(source)
    })
  ssb.query.read.hook(function (this: { id?: unknown }, method: any, args: any[]) {
    const source = method.apply(this, args)
    return this?.id === id ? onlyPublic(source) : source
  })
}

function onlyPublic(source: unknown): unknown {
  const isPublic = (message: any) => {
    const value = message?.value ?? message
    return value?.private !== true && value?.meta?.private !== true && value?.cyphertext === undefined
  }
  return stock('pull-stream')(source, stock('pull-stream').filter(isPublic))
}

function startOf(ssb: any, config: PubConfig, port: number, keys: WebAccess['keys']): FrontStart {
  const host = config.listen === '0.0.0.0' || config.listen === '::' ? '127.0.0.1' : config.listen
  const key = ssb.id.slice(1).replace('.ed25519', '')
  return {
    kind: 'start',
    access: {
      keys,
      remote: `net:${host}:${config.port}~shs:${key}`,
      networkKey: config.networkKey ?? stock('ssb-caps').shs,
    },
    ...{ listen: config.listen, port, feed: ssb.id, managed: config.mode === 'managed' },
    address: `${config.host}:${config.port}`,
    multiserver: `net:${config.host}:${config.port}~shs:${key}`,
  }
}

async function factsOf(ssb: any, config: PubConfig): Promise<ToFront> {
  const own = emptyOwn()
  for (const message of await readOwnFeed(ssb)) evolveOwn(own, ssb.id, message.content)
  const name = own.name || config.name || ssb.id.slice(0, 9)
  return { kind: 'facts', name, description: own.description || config.description }
}

/** The same for a while: everybody who looks at the first page asks for it. */
function remembered<T>(find: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | null = null
  return () => {
    if (found !== null) return found
    const finding = find()
    found = finding
    const forget = () => {
      found = null
    }
    finding.then(() => setTimeout(forget, WEB_FACTS_MS).unref(), forget)
    return finding
  }
}

/** The front's process: started, told what it needs, and started again when it ends. */
class Front {
  private child: ChildProcess | null = null
  private pauseMs = WEB_RESTART_MS
  private timer: NodeJS.Timeout | null = null
  private over = false

  constructor(
    private readonly start: () => FrontStart,
    private readonly facts: () => Promise<ToFront>,
  ) {}

  begin(): void {
    if (this.over) return
    const began = Date.now()
    const child = fork(join(__dirname, 'web-front.js'), [], {
      env: bareWebEnvironment(),
      execArgv: ['--no-deprecation', '--max-old-space-size=64'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.child = child
    child.on('error', (error) => say(`could not be started: ${error.message}`))
    // It asks for what the pub says of itself whenever it needs it.
    child.on('message', () => {
      this.facts().then(
        (facts) => child.connected && child.send(facts),
        (error: Error) => say(`do not know what the pub says of itself: ${error.message}`),
      )
    })
    child.once('exit', (code, signal) => {
      this.child = null
      if (this.over) return
      say(`ended (${signal ?? `exit code ${code}`}) and are started again`)
      this.pauseMs =
        Date.now() - began > WEB_RESTART_MAX_MS
          ? WEB_RESTART_MS
          : Math.min(WEB_RESTART_MAX_MS, this.pauseMs * 2)
      this.timer = setTimeout(() => this.begin(), this.pauseMs)
    })
    child.send(this.start())
  }

  end(): void {
    this.over = true
    if (this.timer !== null) clearTimeout(this.timer)
    this.child?.kill('SIGTERM')
  }
}

function say(what: string): void {
  process.stdout.write(`${JSON.stringify({ web: `the web pages ${what}` })}\n`)
}
