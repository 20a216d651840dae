/**
 * A machine of its own on this machine: a network namespace with one cable, which a test can pull, and an address that is
 * wherever it was last taken to, as a provider's failover address or a name in the DNS is.
 */
import { runProgram } from './machine'

export interface Namespace {
  name: string
  /** This machine's end of the cable. */
  outside: string
  /** The address that moves; reached from here wherever it is. */
  moving: string
  /** Pulls the cable out. */
  cut(): Promise<void>
  /** Puts it in again. */
  mend(): Promise<void>
  /** Takes the moving address to this machine, or gives it to the one in the namespace. */
  take(): Promise<void>
  give(): Promise<void>
  /** Ids of all processes in it; not those of containers, which have namespaces of their own. */
  processes(): Promise<number[]>
  remove(): Promise<void>
}

const ip = (...args: string[]) => runProgram('ip', args, { environment: PATHS })
const PATHS = { PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` }

/** Makes one; what a test that was ended by force has left of it goes first. */
export async function makeNamespace(index: number): Promise<Namespace> {
  const name = `bctest${index}`
  const [outside, inside, moving] = [`10.249.${index}.1`, `10.249.${index}.2`, `10.249.${index}.99`]
  const cable = `bcout${index}`
  const remove = async () => {
    await ip('addr', 'del', `${moving}/32`, 'dev', 'lo').catch(() => '')
    await ip('link', 'del', cable).catch(() => '')
    await ip('netns', 'del', name).catch(() => '')
  }
  const within = (...args: string[]) => ip('-n', name, ...args)
  const mend = async () => {
    await ip('link', 'set', cable, 'up')
    // A cable that goes takes its routes along.
    await ip('route', 'replace', `${moving}/32`, 'via', inside)
  }
  await remove()
  await ip('netns', 'add', name)
  await within('link', 'set', 'lo', 'up')
  await ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', 'bcin', 'netns', name)
  await ip('addr', 'add', `${outside}/24`, 'dev', cable)
  await within('addr', 'add', `${inside}/24`, 'dev', 'bcin')
  await within('addr', 'add', `${moving}/32`, 'dev', 'lo')
  await within('link', 'set', 'bcin', 'up')
  await mend()
  return {
    ...{ name, outside, moving, mend, remove },
    cut: async () => void (await ip('link', 'set', cable, 'down')),
    take: async () => void (await ip('addr', 'add', `${moving}/32`, 'dev', 'lo')),
    give: async () => void (await ip('addr', 'del', `${moving}/32`, 'dev', 'lo')),
    processes: async () => (await ip('netns', 'pids', name)).split('\n').filter(Boolean).map(Number),
  }
}
