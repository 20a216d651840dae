/** `buttcloud admin apply FILE` and `admin export-cluster`: what a provider shall be, in one file. */
import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { Command } from 'commander'
import { CLUSTER_FILE_BYTES_MAX, CLUSTER_FILE_CHARS_MAX } from '../../protocol/limits-cluster'
import type { ClusterView, ExportClusterAnswer } from '../../protocol/rpc-cluster'
import type { Context } from '../context'
import { Failure, firstLine } from '../failure'
import { askYes } from '../io/ask-yes'
import { run } from '../io/run'
import { appliedText, clusterText } from '../render-cluster'

type AskProvider = <T>(
  context: Context,
  method: 'adminApply' | 'adminExportCluster',
  argument?: object,
) => Promise<T>

/** Adds the two to `admin`. */
export function registerCluster(admin: Command, ask: AskProvider): void {
  admin
    .command('apply <file>')
    .description('make plans, policy, hubs and pubs what a file says: shows what would change, and asks')
    .option('--dry-run', 'show what would change, and change nothing')
    .option('--yes', "don't ask")
    .option('--prune <name>', 'end this pub, which the file does not have any more; once for each', gathered)
    .addHelpText(
      'after',
      '\nWhat is not in the file is left alone; a pub ends only where its name is behind --prune, too. Once it is all so, it says "nothing to do". Exit code 1: something of it could not be. - as FILE reads stdin.\n\nExamples:\n  $ buttcloud admin export-cluster > cluster.yaml\n  $ buttcloud admin apply cluster.yaml --dry-run\n  $ buttcloud admin apply cluster.yaml\n  $ buttcloud admin apply cluster.yaml --prune shed',
    )
    .action(run((context, [file]) => apply(context, ask, String(file))))
  admin
    .command('export-cluster')
    .description('print plans, policy, hubs and pubs as they are, as a file for admin apply')
    .addHelpText('after', '\nExamples:\n  $ buttcloud admin export-cluster > cluster.yaml')
    .action(
      run(async (context) => {
        const answer = await ask<ExportClusterAnswer>(context, 'adminExportCluster')
        context.print(context.options.json ? JSON.stringify(answer) : answer.text.trimEnd())
      }),
    )
}

const gathered = (name: string, before: string[] = []): string[] => [...before, name]

async function apply(context: Context, ask: AskProvider, path: string): Promise<void> {
  const { json } = context.options
  const file = (path === '-' ? 'stdin' : basename(path)).slice(-CLUSTER_FILE_CHARS_MAX)
  const prune = Array.isArray(context.given.prune) ? context.given.prune : []
  const wish = { file, text: textOf(path), prune }
  const plan = await ask<ClusterView>(context, 'adminApply', { ...wish, dryRun: true, digest: null })
  if (plan.faults.length > 0) {
    if (json) context.print(JSON.stringify(plan))
    throw new Failure(1, `Nothing was changed, because of\n${plan.faults.join('\n')}`)
  }
  const isOver = plan.changes.length === 0 || context.given.dryRun === true
  if (json && isOver) context.print(JSON.stringify(plan))
  // What is asked about stands where the question stands.
  else if (isOver) context.print(clusterText(plan))
  else context.say(clusterText(plan))
  if (isOver) return endWith(context.given.dryRun === true ? 0 : plan.held.length)
  if (!(await askYes(context, 'Make it so?')))
    throw new Failure(1, 'Nothing was changed. With --yes it is done without a question.')
  const { digest } = plan
  const done = await ask<ClusterView>(context, 'adminApply', { ...wish, dryRun: false, digest })
  context.print(json ? JSON.stringify(done) : appliedText(done))
  endWith(done.held.length + (done.applied?.refused.length ?? 0))
}

/** What could not be is no success, though nothing is wrong with the rest. */
function endWith(undone: number): void {
  if (undone === 0) return
  throw new Failure(
    1,
    `${undone === 1 ? 'One thing' : `${undone} things`} that the file wants could not be; the rest is so.`,
  )
}

function textOf(path: string): string {
  try {
    if (path !== '-' && statSync(path).size > CLUSTER_FILE_BYTES_MAX) throw new Error(tooLong)
    const text = readFileSync(path === '-' ? 0 : path, 'utf8')
    if (text.length > CLUSTER_FILE_BYTES_MAX) throw new Error(tooLong)
    return text
  } catch (error) {
    throw new Failure(1, `${path} can't be read: ${firstLine(error)}`)
  }
}

const tooLong = `it has more than the ${CLUSTER_FILE_BYTES_MAX} bytes that such a file may have`
