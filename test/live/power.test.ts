/**
 * Goal: start, stop, restart, name and describe by private message from a stock client, on the process engine, up to
 * what a peer of the pub sees of it.
 */
import { onProcesses } from '../helpers/path-story'
import { tellPower } from '../helpers/power-story'

onProcesses('process engine: a pub is stopped, started, restarted and named by private messages', tellPower)
