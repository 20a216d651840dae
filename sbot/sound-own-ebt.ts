/** To be imported before ssb-ebt: see sound-ebt.ts. */
import { quietClock } from './discretion'
import { guardStreams } from './sound-ebt'

guardStreams(require.resolve('ssb-ebt'), quietClock)
