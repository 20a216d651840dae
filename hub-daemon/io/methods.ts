/** What the hub answers its provider about the pubs that run here (protocol/rpc.ts, HUB_MANIFEST). */
import { type Check, describeRefusal } from '../../protocol/check'
import { checkExportSession, checkHubExportRequest } from '../../protocol/export'
import { checkSamplesRequest } from '../../protocol/figures'
import { isPubId, type PubId } from '../../protocol/ids'
import { checkOutputRequest } from '../../protocol/output'
import type { Engine } from '../engines/engine'
import type { HubState } from '../state'
import type { HubMethods } from './api'
import type { Exports } from './exports'
import type { Meter } from './meter'
import type { Observer } from './observe'
import { PrintedOutput } from './output'
import { runMethod } from './run-method'

/** What the methods speak for. */
export interface HubParts {
  observer: Observer
  meter: Meter
  exports: Exports
  engine: Engine
  state: HubState
}

/** One file per matter; each checks what it is sent, because a provider may be of another version. */
export function createHubMethods({ observer, meter, exports, engine, state }: HubParts): HubMethods {
  const output = new PrintedOutput(engine, observer, state)
  return {
    async hubExportOpen(request) {
      return exports.open(checked(checkHubExportRequest, request))
    },
    async hubExportRead(request) {
      return exports.read(checked(checkExportSession, request).session)
    },
    async hubExportClose(request) {
      exports.close(checked(checkExportSession, request).session)
    },
    async hubFigures(request) {
      return meter.figures(pubOf(fieldsOf(request).pub))
    },
    async hubSamples(request) {
      const { pub, span } = checked(checkSamplesRequest, request)
      return meter.samples(pub, span)
    },
    async hubLogs(request) {
      return output.read(checked(checkOutputRequest, request))
    },
    hubStats(request) {
      return meter.live(pubOf(fieldsOf(request).pub)) as ReturnType<HubMethods['hubStats']>
    },
    async hubRun(request) {
      const { pub, method, args } = fieldsOf(request)
      return runMethod(observer, pubOf(pub), method, args)
    },
  }
}

function checked<T>(check: Check<T>, request: unknown): T {
  const found = check(request, 'request')
  if (found.ok) return found.value
  throw new Error(`bad-argument: ${describeRefusal(found)}`)
}

function fieldsOf(request: unknown): Record<string, unknown> {
  return typeof request === 'object' && request !== null ? (request as Record<string, unknown>) : {}
}

function pubOf(value: unknown): PubId {
  if (isPubId(value)) return value
  throw new Error('bad-argument: expected the id of a pub')
}
