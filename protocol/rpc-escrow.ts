/** Calls about secrets of pubs: into escrow, out of it, and what the operator does about both (names in rpc.ts). */
import type { FeedId, PubId } from './ids'

/** The key pair that opens the secrets in escrow (docs/SECURITY.md). */
export interface Recovery {
  /** automatic: the provider holds the private half and can bring a pub back by itself. offline: the operator does. */
  mode: 'automatic' | 'offline'
  /** Public half: base64 of 32 bytes (X25519). */
  key: string
}

/**
 * `buttcloud.escrow({pub, epoch, feed, key, sealed})`, from the hub of the pub's record under its present epoch: keeps
 * the sealed secret of the pub's feed and answers when it is on disk. With `sealed` null it only asks. The same again
 * is fine; another feed than the pub's is refused.
 */
export interface EscrowRequest {
  pub: PubId
  epoch: number
  feed: FeedId
  /** The recovery key that it is sealed to; null with nothing sealed. */
  key: string | null
  /** base64 of crypto_box_seal (libsodium) over the text of the file `secret`. */
  sealed: string | null
}
export interface EscrowAnswer {
  /** True when the secret of this feed is in escrow, sealed to the present recovery key, on disk. */
  held: boolean
  /** The present recovery key, to be sealed to. */
  key: string
}

/**
 * `buttcloud.secret({pub, epoch})`, from the hub of the pub's record under its present epoch: the pub's secret back.
 * Both null: the pub never had one, so the hub makes it. Refused with a sentence where the pub has a feed and its secret
 * is not in escrow, or can't be opened while the recovery key is offline.
 */
export interface SecretRequest {
  pub: PubId
  epoch: number
}
export interface SecretAnswer {
  feed: FeedId | null
  /** The text of the file `secret` as ssb-keys reads it. */
  secret: string | null
}

/** `buttcloud.adminRestore({pub, hub, sure})`: the operator's word that the pub's former run is gone. */
export interface AdminRestoreRequest {
  /** Its name or id. */
  pub: string
  /** Label or id of the hub it shall run on; null: where it is, or where there is room. */
  hub: string | null
  /** Also when it is up and its hub is connected: that run is cut off. */
  sure: boolean
}
export interface AdminRestoreAnswer {
  pub: PubId
  name: string
  /** Label of the hub. */
  hub: string
  epoch: number
  /** What its owners want: a stopped one comes up only when they start it. */
  desired: 'up' | 'down'
  /** Label of the hub that it was on before; null where it stays there, absent from before 0.2. */
  from?: string | null
}

/** `buttcloud.adminRecovery()` and what its siblings answer. */
export interface RecoveryView extends Recovery {
  /** Live pubs whose secret is in escrow, sealed to the present key. */
  held: number
  /** Names of live pubs of which it is not. */
  missing: string[]
}
/** `buttcloud.adminRecovery({reveal: true})` adds the private half, as the line that a key file holds. */
export interface RecoveryRevealed extends RecoveryView {
  file: string | null
}
