/** Goal: what a pub in a container holds can be taken away by its owner, and a stock ssb-server goes on with it. */
import { tellExport } from '../helpers/export-story'
import { onDocker } from './world'

onDocker('Docker: an owner exports a pub, and a stock ssb-server goes on with it', tellExport)
