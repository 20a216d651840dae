/** Programs of Debian's that a test drives: installed where the tests may, else said. Never skipped. */
import { hasProgram, runProgram } from '../docker/machine'

/** Installs packages whose programs are missing, as root under CI or with BUTTCLOUD_TEST_INSTALL=1. Rejects with what to do. */
export async function needPrograms(what: string, programs: string[]): Promise<void> {
  const missing = programs.filter((name) => !hasProgram(name))
  if (missing.length === 0) return
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`
  const may = process.env.CI === 'true' || process.env.BUTTCLOUD_TEST_INSTALL === '1'
  if (!may || process.getuid?.() !== 0)
    throw new Error(
      `${what}: ${missing.join(', ')} is not there. Run \`${command}\` as root, or set BUTTCLOUD_TEST_INSTALL=1 as root and the tests do it`,
    )
  const environment = { DEBIAN_FRONTEND: 'noninteractive' }
  await runProgram('apt-get', ['update', '-qq'], { environment })
  const args = ['install', '-y', '-qq', '--no-install-recommends', ...missing]
  await runProgram('apt-get', args, { environment })
}
