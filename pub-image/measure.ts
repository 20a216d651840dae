/** What the kernel's own tables say of this pub, read from their texts. */

/** Bytes that came in and went out by all interfaces but the loopback (proc(5), /proc/net/dev); null when unreadable. */
export function trafficOf(netDev: string): { inBytes: number; outBytes: number } | null {
  let inBytes = 0
  let outBytes = 0
  let found = false
  for (const line of netDev.split('\n')) {
    const [, name, rest] = /^\s*([^\s:]+):\s*(.*)$/.exec(line) ?? []
    if (name === undefined || rest === undefined || name === 'lo') continue
    const fields = rest.trim().split(/\s+/).map(Number)
    if (fields.length < 9 || fields.some((one) => !Number.isFinite(one))) continue
    found = true
    inBytes += fields[0] ?? 0
    outBytes += fields[8] ?? 0
  }
  return found ? { inBytes, outBytes } : null
}

/** Reads one file of the kernel; null where there is none. */
export type ReadTable = (path: string) => string | null

/**
 * Processor time and memory of all processes in this container, from its control group: version 2, else version 1
 * (Linux, admin-guide/cgroup-v2 and cgroup-v1). Memory as `docker stats` counts it: without files that were not used
 * lately, which the kernel drops as soon as it needs room. Null where neither can be read.
 */
export function groupOf(read: ReadTable): { cpuMs: number; memoryBytes: number } | null {
  const two = figuresOf(
    fieldOf(read('/sys/fs/cgroup/cpu.stat'), 'usage_usec'),
    1_000,
    numberOf(read('/sys/fs/cgroup/memory.current')),
    fieldOf(read('/sys/fs/cgroup/memory.stat'), 'inactive_file'),
  )
  if (two !== null) return two
  return figuresOf(
    numberOf(read('/sys/fs/cgroup/cpuacct/cpuacct.usage')),
    1_000_000,
    numberOf(read('/sys/fs/cgroup/memory/memory.usage_in_bytes')),
    fieldOf(read('/sys/fs/cgroup/memory/memory.stat'), 'total_inactive_file'),
  )
}

function figuresOf(
  cpu: number | null,
  cpuPerMs: number,
  memory: number | null,
  files: number | null,
): { cpuMs: number; memoryBytes: number } | null {
  if (cpu === null || memory === null) return null
  return { cpuMs: Math.floor(cpu / cpuPerMs), memoryBytes: Math.max(0, memory - (files ?? 0)) }
}

function numberOf(text: string | null): number | null {
  const value = text === null || text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) && value >= 0 ? value : null
}

/** The number behind a word in a table of words and numbers. */
function fieldOf(table: string | null, word: string): number | null {
  for (const line of (table ?? '').split('\n')) {
    const [name, value] = line.split(' ')
    if (name === word) return numberOf(value ?? null)
  }
  return null
}
