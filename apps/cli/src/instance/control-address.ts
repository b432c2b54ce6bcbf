import { join } from 'node:path';
import type { Home } from '../config/home.ts';
import { shortName } from '../system/short-name.ts';

/** The socket on which a running Postern answers its own command line: 0600, in a 0700 directory. */
export function controlAddress(home: Home): string {
  return addressOf(home, 'control');
}

/** The socket of an agent, which holds the vault open without serving the page. */
export function agentAddress(home: Home): string {
  return addressOf(home, 'agent');
}

function addressOf(home: Home, name: string): string {
  return process.platform === 'win32'
    ? `\\\\.\\pipe\\postern-${name}-${shortName(home.dataDir)}`
    : join(home.runtimeDir, `${name}.sock`);
}

/** Where a process may hold the vault of this home open. */
export function holderAddresses(home: Home): readonly string[] {
  return [controlAddress(home), agentAddress(home)];
}
