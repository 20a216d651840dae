/** The cluster file over muxrpc: read, compared and applied here, so that it works from elsewhere, too. */
import { createHash } from 'node:crypto'
import type { FeedId } from '../../protocol/ids'
import {
  type AdminApplyRequest,
  type ClusterView,
  checkAdminApply,
  type ExportClusterAnswer,
} from '../../protocol/rpc-cluster'
import { locatedIn } from '../../sbot/located-yaml'
import { type ClusterWorld, type Comparison, compareCluster } from '../cluster-compare'
import { type ClusterRead, readCluster } from '../cluster-read'
import { clusterText } from '../cluster-text'
import { applyChanges } from './cluster-apply'
import { refusal } from './commits'
import { fleetWorld } from './fleet-api'
import { machineDeedWorld } from './machines/api'
import { argumentOf, type Caller, method, writing } from './method'
import type { Provider } from './provider'

/** Part of the plugin's API object. `asked` rejects for everybody but the operators. */
export function clusterMethods(
  asked: (caller: Caller) => Promise<Provider>,
  idOf: (caller: Caller) => FeedId,
): object {
  const known = writing(asked)
  return {
    adminApply: method<ClusterView>(async (from, request) => {
      const one = await known(from)
      const wish = argumentOf(checkAdminApply, request, 'adminApply')
      const { file, dryRun, digest } = wish
      const prune = wish.prune ?? []
      const read = readFile(wish)
      if (!read.ok) return viewOf(file, NOTHING, read.faults)
      const { wishes } = read
      const by = idOf(from)
      // What is only looked at waits for nobody.
      if (dryRun) return viewOf(file, compareCluster(worldOf(one), wishes, by, prune))
      return one.deeds.ask(async () => {
        const comparison = compareCluster(worldOf(one), wishes, by, prune)
        const view = viewOf(file, comparison)
        if (view.digest !== digest)
          throw refusal(
            'try-again',
            'something is otherwise by now than it was shown, so nothing was changed; apply the file again',
          )
        const applied = await applyChanges(one, comparison, wishes.plans?.plans ?? [], by)
        return { ...view, applied }
      })
    }),
    adminExportCluster: method<ExportClusterAnswer>(async (from) => {
      const one = await known(from)
      return { text: clusterText(worldOf(one)) }
    }),
  }
}

function worldOf(one: Provider): ClusterWorld {
  return { ...fleetWorld(one), ...machineDeedWorld(one), policy: one.policy, home: one.home.facts() }
}

const NOTHING: Comparison = { changes: [], held: [], notes: [], owed: [] }

function readFile({ file, text }: AdminApplyRequest): ClusterRead {
  try {
    return readCluster(file, locatedIn(file, text))
  } catch (error) {
    // What is nested thousands of times deep ends the reader itself, without a line.
    const why = error instanceof RangeError ? `${file}: it is nested too deeply` : (error as Error).message
    return { ok: false, faults: [why] }
  }
}

function viewOf(
  file: string,
  { changes, held, notes, owed }: Comparison,
  faults: readonly string[] = [],
): ClusterView {
  const views = changes.map(({ section, name, words, counts }) => ({ section, name, words, counts }))
  const digest = createHash('sha256')
    .update(JSON.stringify(changes.map(({ deed, words }) => [deed, words])))
    .digest('hex')
  return { file, faults: [...faults], digest, changes: views, held, notes, owed, applied: null }
}
