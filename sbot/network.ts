/** Which SSB network we are on. */
import ssbCaps from 'ssb-caps'

const KEY_BYTES = 32

/** The network key, base64: given, else the environment's BUTTCLOUD_CAPS_SHS, else that of the public network. */
export function networkKeyOf(given?: string): string {
  // A file of services names the variable also where it is not set.
  const key = given ?? (process.env.BUTTCLOUD_CAPS_SHS || ssbCaps.shs)
  if (Buffer.from(key, 'base64').length !== KEY_BYTES)
    throw new Error('the network key (BUTTCLOUD_CAPS_SHS) must be 32 bytes in base64')
  return key
}
