/** Goal: follow, block, run, address, and an owner's own calls on their pub, from a stock client, on real Docker. */
import { tellReach } from '../helpers/reach-story'
import { onDocker } from './world'

onDocker('Docker: a pub follows and blocks by message, and its owner looks into it', tellReach)
