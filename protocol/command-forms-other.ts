/** Forms of `web`, `plans`, `plan`, `email`, `address` and `log`. */

import { type Form, form, one, said, told } from './command-form'
import { unclear } from './command-objects'
import { checkEmail } from './email-text'
import { sentence } from './explain'
import { EMAIL_CODE_DIGITS } from './limits-mail'

const web: Form['read'] = (found) => {
  const state = found.place('switch')
  const on = state === null ? null : state === 'on'
  return on === null
    ? { kind: 'web', name: found.name, on }
    : told(found, { kind: 'web', name: found.name, on }, said('web', found.name, state))
}
const switched =
  (state: 'on' | 'off'): Form['read'] =>
  (found) =>
    told(found, { kind: 'web', name: found.name, on: state === 'on' }, said('web', found.name, state))
const WEB_NAME = '(web|website|web site|web page|web pages|webpage|webpages)'
export const WEB: Form[] = [
  form('web', web),
  form('web [:] SWITCH', web),
  form('web [:] SWITCH [for|of|on] PUB', web),
  form('web [of|for|:] PUB', web),
  form('web [of|for|:] PUB [:] SWITCH', web),
  form(`(turn|switch) SWITCH [the] ${WEB_NAME}`, web),
  form(`(turn|switch) SWITCH [the] ${WEB_NAME} (of|for|on) PUB`, web),
  form(`(turn|switch) [the] ${WEB_NAME} SWITCH`, web),
  form(`(turn|switch) [the] ${WEB_NAME} (of|for|on) PUB SWITCH`, web),
  form(`(turn|switch) [the] ${WEB_NAME} SWITCH (of|for|on) PUB`, web),
  form(`(turn|switch) PUB ${WEB_NAME} SWITCH`, web),
  form(`(turn|switch) SWITCH PUB ${WEB_NAME}`, web),
  form(`(is|are) [the] ${WEB_NAME} (of|for) PUB (on|off|up)`, web),
  form(`(is|are) PUB ${WEB_NAME} (on|off|up)`, web),
  form(`(enable|activate) [the] ${WEB_NAME}`, switched('on')),
  form(`(enable|activate) [the] ${WEB_NAME} (of|for|on) PUB`, switched('on')),
  form(`(disable|deactivate) [the] ${WEB_NAME}`, switched('off')),
  form(`(disable|deactivate) [the] ${WEB_NAME} (of|for|on) PUB`, switched('off')),
  form('web [:] PUB WORD', ({ name }) => unclear(said('web', name, 'on'), said('web', name, 'off'))),
]

const plan: Form['read'] = (found) => {
  const wanted = found.place('word')
  if (wanted !== null && !/^[a-z0-9][a-z0-9-]{0,31}$/.test(wanted)) return null
  return wanted === null
    ? { kind: 'plan', name: found.name, plan: null }
    : told(found, { kind: 'plan', name: found.name, plan: wanted }, said('plan', found.name, wanted))
}
const plans: Form['read'] = () => ({ kind: 'plans' })
export const PLANS: Form[] = [
  form('[list] [the|all|your] plans', plans),
  form('(which|what) plans [are|are there|do you have|do you offer|can i have|exist]', plans),
  form('(price|prices|pricing|price list)', plans),
  form('(what|how much) (does|do) (it|a pub|this|pubs|that) cost', plans),
  form('how much is (it|a pub)', plans),
  form('plan', plan),
  form('PUB plan', ({ name, unit }) =>
    /'s /.test(unit.words.join(' ')) ? { kind: 'plan', name, plan: null } : null,
  ),
  form('plan [of|for|:] PUB', plan),
  form('plan [of|for|:] PUB [:|to] WORD', plan),
  form('(which|what) plan (does|has) PUB (have|got)', plan),
  form('(which|what) plan is PUB on', plan),
  form('(which|what) plan PUB (has|is on)', plan),
  form('(change|set|switch) [the] plan (of|for) PUB to [the] WORD [plan]', plan),
  form('(change|set|switch) [my|our|the] plan to [the] WORD [plan]', plan),
  form('(change|switch|move|go|upgrade|downgrade) to [the|a|your] WORD plan', plan),
  form('(change|set|switch|move|put|upgrade|downgrade) PUB (to|on|onto) [the|a|your] WORD plan', plan),
]

/** A code as it was mailed; a hyphen or a full stop in the middle of it is no harm. */
const CODE = new RegExp(`^\\d{${EMAIL_CODE_DIGITS}}$`)
const codeIn = (word: string | null): string | null => {
  const digits = (word ?? '').replace(/(?<=\d{3})[-.](?=\d{3})/, '')
  return CODE.test(digits) ? digits : null
}
const email: Form['read'] = (found) => {
  const code = codeIn(found.place('word'))
  if (code !== null) return { kind: 'email-code', code }
  const address = checkEmail(found.written('word') ?? '')
  return address === null
    ? { kind: 'invalid', command: 'email', reason: sentence.emailBad() }
    : { kind: 'email', address }
}
const emailCode: Form['read'] = (found) => {
  const code = codeIn(found.place('word'))
  if (code !== null) return { kind: 'email-code', code }
  return found.unit.words.includes('email')
    ? { kind: 'invalid', command: 'email', reason: sentence.emailBad() }
    : null
}
const noEmail: Form['read'] = () => ({ kind: 'email', address: null })
export const EMAIL: Form[] = [
  form('email', () => ({ kind: 'invalid', command: 'email', reason: sentence.emailBad() })),
  form('email [:] (off|none|no|nothing|stop)', noEmail),
  form('(forget|turn off|switch off|stop) [my|the] (email|emails|email address)', noEmail),
  form('(turn|switch) [my|the] (email|emails) off', noEmail),
  form('no [more] (email|emails|email address)', noEmail),
  form('email [me] [to|at|is|address|address is|:] WORD', email),
  form('(set|change|use) [my|the] email [address] [to|is|:|as] WORD', email),
  form('use WORD (as|for) [my|the] (email|email address)', email),
  form('(send|write) [me] (email|emails|mail|mails) [to|at] WORD', email),
  form('my email [address] is WORD', email),
  form('email [address] code [is|:] WORD', emailCode),
  form('[my|the] code [for|from] [my|the] [email|mail] [is|was|:] WORD', emailCode),
  form('(confirm|verify) [my] [email] [with|by] [code] WORD', emailCode),
  form('WORD', (found) => {
    const code = codeIn(found.place('word'))
    return code === null ? null : { kind: 'email-code', code }
  }),
  form('WORD', (found) =>
    checkEmail(found.place('word') ?? '') === null ? null : unclear('help email', 'help'),
  ),
  form('write to WORD', (found) =>
    checkEmail(found.place('word') ?? '') === null ? null : unclear('help email', 'help'),
  ),
]

export const ONES: Form[] = [
  form('address', one('address')),
  form('address [of|for|:] PUB', one('address')),
  form(
    'how (do|can|could|should) (i|we|people|one|others|they|my friends) (reach|connect to|get to|find) PUB',
    one('address'),
  ),
  form(
    'where (do|can|could) (i|we|people|one|others|they|my friends) (reach|find|connect to) PUB',
    one('address'),
  ),
  form('PUB address', one('address')),
  form('PUB (log|history|incidents)', one('log')),
  form('log', one('log')),
  form('log [of|for|:] PUB', one('log')),
  form('(history|incidents|incident log) [of|for] PUB', one('log')),
  form('what [has] happened (to|with|on|at) PUB', one('log')),
  form('what [has] happened', one('log')),
  form('what went wrong (with|on|at) PUB', one('log')),
  form('why (is|was) PUB (down|away|off|offline|gone|slow|dead)', one('log')),
  form('where is PUB', ({ name }) => (name === null ? null : { kind: 'address', name })),
]
