/** What a process has used, from the kernel's table; elsewhere from `ps`. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { EngineError, type RunStats } from './engine'

/** USER_HZ, which is 100 on every Linux that Node runs on (proc(5), sysconf(_SC_CLK_TCK)). */
const TICKS_PER_SECOND = 100
const PAGE_BYTES = 4_096

/** Processor time and resident memory of a process; its traffic can't be told from that of its machine. */
export async function statsOfProcess(pid: number): Promise<RunStats> {
  try {
    const used = process.platform === 'linux' ? await fromTable(pid) : await fromPs(pid)
    return { ...used, inBytes: null, outBytes: null }
  } catch (error) {
    throw new EngineError('missing', `could not measure process ${pid}: it does not run any more`, {
      cause: error,
    })
  }
}

async function fromTable(pid: number): Promise<{ cpuMs: number; memoryBytes: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1')
  // proc(5): field 2 is the name in parentheses, which may hold anything; 14 and 15 are the times, 24 the pages.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  return {
    cpuMs: Math.round((ticks * 1_000) / TICKS_PER_SECOND),
    memoryBytes: Number(fields[21]) * PAGE_BYTES,
  }
}

async function fromPs(pid: number): Promise<{ cpuMs: number; memoryBytes: number }> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'time=,rss=', '-p', String(pid)])
  const [time = '', kib = ''] = stdout.trim().split(/\s+/)
  // [[days-]hours:]minutes:seconds, with or without hundredths.
  const seconds = time
    .replace('-', ':')
    .split(':')
    .reduce((sum, part, at, parts) => sum * (at === 1 && parts.length === 4 ? 24 : 60) + Number(part), 0)
  return { cpuMs: Math.round(seconds * 1_000), memoryBytes: Number(kib) * 1_024 }
}
