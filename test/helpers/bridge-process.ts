/** Children of tests and benches that speak over IPC: the bridge's HTTP server, and those who attack it. */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { ServerFigures } from './bridge-server-child'

/** The next message of a child. Rejects when it ends instead. */
export function told<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null) => reject(new Error(`the child ended with ${code}`))
    child.once('exit', gone)
    child.once('message', (message) => {
      child.off('exit', gone)
      resolve(message as T)
    })
  })
}

export interface ServerProcess {
  port: number
  pid: number
  figures(): Promise<ServerFigures>
  stop(): Promise<void>
}

/** Without the debugging and loader options of the parent; its errors are shown. */
export async function startServerProcess(): Promise<ServerProcess> {
  const child = fork(join(__dirname, 'bridge-server-child.js'), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const { port } = await told<{ port: number }>(child)
  // One question at a time: two that wait would both take the first answer.
  let last: Promise<unknown> = Promise.resolve()
  return {
    port,
    pid: child.pid ?? 0,
    figures() {
      const answer = last.then(() => {
        const figures = told<ServerFigures>(child)
        child.send('figures')
        return figures
      })
      last = answer.catch(() => {})
      return answer
    },
    stop: () => stopChild(child),
  }
}

export function stopChild(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}
