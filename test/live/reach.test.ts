/**
 * Goal: follow, block, run, address, and an owner's own calls on their pub, from a stock client, on the process engine.
 */
import { onProcesses } from '../helpers/path-story'
import { tellReach } from '../helpers/reach-story'

onProcesses('process engine: a pub follows and blocks by message, and its owner looks into it', tellReach)
