/** Every verb. */
import { register as about } from './about'
import { register as admin } from './admin'
import { register as billing } from './billing'
import { register as call } from './call'
import { register as care } from './care'
import { register as completion } from './completion'
import { register as config } from './config'
import { register as contact } from './contact'
import { register as create } from './create'
import { register as deletePub } from './delete'
import { register as doctor } from './doctor'
import { register as domain } from './domain'
import { register as email } from './email'
import { register as exportPub } from './export'
import { register as hub } from './hub'
import { register as importPub } from './import'
import { register as inbox } from './inbox'
import { register as install } from './install'
import { register as invite } from './invite'
import { register as invites } from './invites'
import { register as join } from './join'
import { register as list } from './list'
import { register as logs } from './logs'
import { register as node } from './node'
import { register as open } from './open'
import { register as owners } from './owners'
import { register as paying } from './paying'
import { register as power } from './power'
import { register as provider } from './provider'
import { register as say } from './say'
import { register as seeing } from './seeing'
import { register as stats } from './stats'
import { register as status } from './status'
import { register as thread } from './thread'
import { register as tui } from './tui'
import { register as up } from './up'
import { register as web } from './web'

/** In the order of the help. */
export const VERBS = [
  up,
  join,
  create,
  list,
  status,
  stats,
  logs,
  tui,
  seeing,
  inbox,
  thread,
  invite,
  invites,
  power,
  care,
  about,
  exportPub,
  importPub,
  contact,
  web,
  domain,
  owners,
  call,
  open,
  deletePub,
  paying,
  email,
  say,
  provider,
  hub,
  billing,
  node,
  config,
  completion,
  doctor,
  install,
  admin,
]
