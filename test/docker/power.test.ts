/** Goal: start, stop, restart, name and describe by private message on real Docker, up to what a peer of the pub sees. */
import { tellPower } from '../helpers/power-story'
import { onDocker } from './world'

onDocker('Docker: a pub is stopped, started, restarted and named by private messages', tellPower)
