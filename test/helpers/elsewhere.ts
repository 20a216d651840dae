/**
 * A plugin for a stock ssb-server that stands for somebody's own computer though it runs on the machine of the hub:
 * ssb-gossip cuts every connection when a network interface comes or goes, and here each container that starts is
 * one. On another computer nothing of that is seen, so this one does not see it either.
 */
import os from 'node:os'
import { dirname, join } from 'node:path'
import type { StockOptions } from './stock'

export const name = 'elsewhere'
export const version = '1.0.0'
export const manifest = {}

export function init(): object {
  const interfaces = os.networkInterfaces()
  os.networkInterfaces = () => interfaces
  return {}
}

/** To be added to the options of `startStock`. */
export const ELSEWHERE: Pick<StockOptions, 'plugins' | 'nodeModules'> = {
  plugins: { [join('buttcloud-under-test', 'test', 'helpers', 'elsewhere')]: name },
  nodeModules: { 'buttcloud-under-test': dirname(dirname(__dirname)) },
}
