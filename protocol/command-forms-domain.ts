/** Forms of `domain`. */
import { type Form, type Found, form, said, told } from './command-form'
import type { Reading } from './command-kinds'
import { sentence } from './explain'
import { checkOwnName } from './own-name'

const NONE = '(off|none|no|nothing|remove)'
const DOMAIN_NAME = '(domain|domain name|hostname|host name)'

const named = (found: Found): Reading => {
  const checked = checkOwnName(found.written('host') ?? found.written('word') ?? '')
  return checked.ok
    ? told(
        found,
        { kind: 'domain', name: found.name, own: { name: checked.name } },
        said('domain', found.name, checked.name),
      )
    : { kind: 'invalid', command: 'domain', reason: checked.reason }
}
/** In a sentence that does not say what it is about only what can be nothing else. */
const surely: Form['read'] = (found) => (checkOwnName(found.written('host') ?? '').ok ? named(found) : null)
const off = (found: Found): Reading =>
  told(found, { kind: 'domain', name: found.name, own: { name: null } }, said('domain', found.name, 'off'))
const how = ({ name }: Found): Reading => ({ kind: 'domain', name, own: null })
const which = (): Reading => ({ kind: 'invalid', command: 'domain', reason: sentence.domainWhich() })

export const DOMAIN: Form[] = [
  form('[my|our|the|own|custom] domain', how),
  form(`domain [:] ${NONE}`, off),
  form('domain [:|is|to] HOST', named),
  form(`domain [of|for|:] PUB [:|to|is] HOST`, named),
  form(`domain [of|for|:] PUB [:] ${NONE}`, off),
  form('domain [of|for|:] PUB', how),
  form('PUB domain', (found) => (/'s /.test(found.unit.words.join(' ')) ? how(found) : null)),
  form(`(what|which) is [the] ${DOMAIN_NAME} (of|for) PUB`, how),
  form(`(what|which) ${DOMAIN_NAME} (does|has) PUB (have|got)`, how),
  form('domain [of|for|:] PUB [:|to|is] WORD', named),
  form(`(use|set|add|connect|take) [my|our|the] ${DOMAIN_NAME} HOST (for|on|to|with|as) PUB`, named),
  form(`(use|set|connect|take) HOST (for|as|with) PUB`, surely),
  form(`use HOST as [the|my|our] ${DOMAIN_NAME} (of|for) PUB`, named),
  form(`(set|change) [the|my|our] ${DOMAIN_NAME} (of|for) PUB (to|as) HOST`, named),
  form(`(set|change) PUB ${DOMAIN_NAME} (to|as) HOST`, named),
  form(`(set|change|use|add|connect) [a|my|our|the] [own|custom] ${DOMAIN_NAME}`, which),
  form(`(set|change|use|add|connect) [a|my|our|the] [own|custom] ${DOMAIN_NAME} (of|for|on|to) PUB`, which),
  form(`(remove|forget|drop|disconnect|turn off|switch off) [my|our|the] ${DOMAIN_NAME}`, off),
  form(
    `(remove|forget|drop|disconnect|turn off|switch off) [my|our|the] ${DOMAIN_NAME} (of|for|from|on) PUB`,
    off,
  ),
  form(`(remove|forget|drop|disconnect) PUB ${DOMAIN_NAME}`, (found) =>
    /'s /.test(found.unit.words.join(' ')) ? off(found) : null,
  ),
]
