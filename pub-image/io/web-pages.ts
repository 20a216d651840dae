/** The programs behind the front: started when somebody asks, ended when nobody does, and started again after a fall. */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { WEB_IDLE_MS, WEB_RESTART_MAX_MS, WEB_RESTART_MS, WEB_START_MS } from '../../protocol/limits'
import type { Page } from '../web-routes'
import type { ChildStart, WebAccess } from '../web-talk'
import { bareWebEnvironment } from './web-environment'

const MEGABYTES_MAX = 96

export class PageProgram {
  private child: ChildProcess | null = null
  private starting: Promise<void> | null = null
  private idle: NodeJS.Timeout | null = null
  private notBefore = 0
  private pauseMs = WEB_RESTART_MS
  readonly socket: string

  constructor(
    readonly page: Page,
    folder: string,
    private readonly access: WebAccess,
  ) {
    this.socket = join(folder, `${page}.sock`)
  }

  /** Resolves when it serves on its socket. Rejects with a sentence when it can't now. */
  async ready(): Promise<void> {
    if (this.idle !== null) clearTimeout(this.idle)
    this.idle = setTimeout(() => this.end(), WEB_IDLE_MS)
    this.starting ??= this.start()
    return this.starting
  }

  end(): void {
    if (this.idle !== null) clearTimeout(this.idle)
    this.idle = null
    this.child?.kill('SIGKILL')
  }

  private start(): Promise<void> {
    if (Date.now() < this.notBefore) {
      this.starting = null
      return Promise.reject(new Error('This page has just fallen over. Please try again in a moment.'))
    }
    const began = Date.now()
    const child = fork(join(__dirname, `web-${this.page}.js`), [], {
      env: bareWebEnvironment(),
      execArgv: ['--no-deprecation', `--max-old-space-size=${MEGABYTES_MAX}`],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.child = child
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => child.kill('SIGKILL'), WEB_START_MS)
      child.once('message', () => {
        clearTimeout(late)
        resolve()
      })
      child.once('error', reject)
      child.once('exit', () => {
        clearTimeout(late)
        this.child = null
        this.starting = null
        const livedMs = Date.now() - began
        this.pauseMs =
          livedMs > WEB_RESTART_MAX_MS ? WEB_RESTART_MS : Math.min(WEB_RESTART_MAX_MS, this.pauseMs * 2)
        if (this.idle !== null) this.notBefore = Date.now() + this.pauseMs
        reject(new Error('This page could not be made just now. Please try again in a moment.'))
      })
      child.send({ kind: 'start', access: this.access, socket: this.socket } satisfies ChildStart)
    })
  }
}
