/** What a pub printed before it was stopped: Swarm throws a task's output away with it, so its end is kept here. */
import type Docker from 'dockerode'
import { SWARM_LAST_OUTPUT_BYTES_MAX } from '../../protocol/limits-swarm'
import { plainOutput } from './docker-output'

/** `GET /tasks/{id}/logs`, which dockerode has and its types lack. */
interface Task {
  logs(options: object): Promise<NodeJS.ReadableStream | Buffer>
}

function taskOf(docker: Docker, id: string): Task {
  return docker.getTask(id) as unknown as Task
}

const BOTH = { stdout: true, stderr: true }

/** The last lines of a task, on whichever node it ran. */
export async function outputOf(docker: Docker, task: string, lines: number): Promise<string> {
  const answer = await taskOf(docker, task).logs({ ...BOTH, follow: false, tail: lines })
  return lastLines(plainOutput(Buffer.isBuffer(answer) ? answer : await allOf(answer)), lines)
}

/** The end of a text, line by line. */
export function lastLines(text: string, lines: number): string {
  const all = text.replace(/\n$/, '').split('\n')
  return all.slice(-lines).join('\n')
}

/** Follows a task to its end, and keeps what it printed last. */
export class LastWords {
  private kept: Buffer = Buffer.alloc(0)
  private stream: NodeJS.ReadableStream | null = null

  /** Begins to listen; a task whose output can't be had has none. */
  async follow(docker: Docker, task: string): Promise<void> {
    const answer = await taskOf(docker, task)
      .logs({ ...BOTH, follow: true, tail: 200 })
      .catch(() => null)
    if (answer === null || Buffer.isBuffer(answer)) return
    this.stream = answer
    answer.on('error', () => undefined)
    answer.on('data', (chunk: Buffer) => {
      this.kept = Buffer.concat([this.kept, chunk])
      // Whole frames are cut off from the front, so that the rest can still be read.
      while (this.kept.length > SWARM_LAST_OUTPUT_BYTES_MAX && this.kept.length >= 8)
        this.kept = this.kept.subarray(8 + this.kept.readUInt32BE(4))
    })
  }

  /** Stops listening and gives what was heard. */
  end(): string {
    const stream = this.stream as (NodeJS.ReadableStream & { destroy?(): void }) | null
    stream?.destroy?.()
    return plainOutput(this.kept)
  }
}

async function allOf(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part as Buffer)
  return Buffer.concat(parts)
}
