/** What an error of a connection to the mail server means to who has set mail up. Codes are Node's and OpenSSL's. */
const UNKNOWN_CERTIFICATE =
  'its certificate is one that nobody here vouches for; name its PEM file as mail.smtp.caFile to trust it'

const MEANINGS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens at mail.smtp.host and port'],
  ['ENOTFOUND', 'there is no machine of the name in mail.smtp.host'],
  ['EAI_AGAIN', 'the name in mail.smtp.host can not be looked up just now'],
  ['EHOSTUNREACH', 'there is no way to mail.smtp.host'],
  ['ECONNRESET', 'it hung up'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', UNKNOWN_CERTIFICATE],
  ['SELF_SIGNED_CERT_IN_CHAIN', UNKNOWN_CERTIFICATE],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNKNOWN_CERTIFICATE],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNKNOWN_CERTIFICATE],
  ['CERT_HAS_EXPIRED', 'its certificate has run out'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name than the one in mail.smtp.host'],
  [
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'it does not begin with TLS at that port; mail.smtp.secure "starttls" fits most of those',
  ],
])

/** The code with its meaning, where it has one. */
export function connectionTrouble(code: string): string {
  const meaning = MEANINGS.get(code)
  return meaning === undefined ? code : `${meaning} (${code})`
}
