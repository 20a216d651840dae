/** The programs behind the front: started when somebody asks, ended when nobody does, and started again after a fall. */
import { type ChildProcess, fork } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  WEB_ANSWER_MS,
  WEB_IDLE_MS,
  WEB_PROGRAM_REQUESTS_MAX,
  WEB_RESTART_MAX_MS,
  WEB_RESTART_MS,
  WEB_START_MS,
} from '../../protocol/limits'
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
  private working = 0
  private readonly waiting: (() => void)[] = []
  readonly socket: string

  constructor(
    readonly page: Page,
    folder: string,
    private readonly access: WebAccess,
  ) {
    this.socket = join(folder, `${page}.sock`)
  }

  /** Resolves when it serves on its socket. Rejects with a sentence when it can't now. */
  private async ready(): Promise<void> {
    if (this.idle !== null) clearTimeout(this.idle)
    this.idle = setTimeout(() => this.end(), WEB_IDLE_MS)
    if (this.starting === null && Date.now() < this.notBefore)
      throw new Error('This page has just fallen over. Please try again in a moment.')
    this.starting ??= this.start()
    return this.starting
  }

  /**
   * Does a piece of work with the program, in turn. When its time is over the program is ended, because nothing else
   * stops one that is busy with a visitor's wish; `work` says when only the visitor's line is what takes time.
   */
  async busy<T>(work: (answered: () => void) => Promise<T>): Promise<T> {
    if (this.working >= WEB_PROGRAM_REQUESTS_MAX)
      await new Promise<void>((resolve) => this.waiting.push(resolve))
    else this.working += 1
    let late: NodeJS.Timeout | null = null
    try {
      await this.ready()
      const timer = setTimeout(() => this.child?.kill('SIGKILL'), WEB_ANSWER_MS)
      late = timer
      return await work(() => clearTimeout(timer))
    } finally {
      if (late !== null) clearTimeout(late)
      const next = this.waiting.shift()
      if (next === undefined) this.working -= 1
      else next()
    }
  }

  end(): void {
    if (this.idle !== null) clearTimeout(this.idle)
    this.idle = null
    this.child?.kill('SIGKILL')
  }

  private start(): Promise<void> {
    const began = Date.now()
    // One that was killed has left its own behind, and nobody can listen there.
    rmSync(this.socket, { force: true })
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
