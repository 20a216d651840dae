/** `buttcloud doctor` */
import type { Command } from 'commander'
import { doctorText, verdict } from '../doctor'
import { Failure } from '../failure'
import { examine } from '../io/doctor'
import { run } from '../io/run'

export function register(program: Command): void {
  program
    .command('doctor')
    .description(
      'look whether all is well here: program, folder, disk, clock, your node, provider, ports, Docker',
    )
    .option(
      '--docker-socket <path>',
      'where Docker listens (default: DOCKER_HOST, else /var/run/docker.sock)',
    )
    .addHelpText(
      'after',
      '\nIt changes nothing and sends nothing. Exit code 1 when something must be mended.\n\nExamples:\n  $ buttcloud doctor\n  $ buttcloud doctor --json',
    )
    .action(
      run(async (context) => {
        const socket = context.given.dockerSocket
        const findings = await examine(context, typeof socket === 'string' ? socket : null)
        const bad = findings.some(({ health }) => health === 'bad')
        if (context.options.json)
          context.print(JSON.stringify({ outcome: bad ? 'failed' : 'done', findings }))
        else context.print(doctorText(findings, context.paint))
        if (bad) throw new Failure(1, verdict(findings))
        if (!context.options.json) context.say(verdict(findings))
      }),
    )
}
