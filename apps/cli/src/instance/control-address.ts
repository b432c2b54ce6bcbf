import { join } from 'node:path';
import type { Home } from '../config/home.ts';
import { shortName } from '../system/short-name.ts';

/** The socket on which a running Postern answers its own command line: 0600, in a 0700 directory. */
export function controlAddress(home: Home): string {
  return process.platform === 'win32'
    ? `\\\\.\\pipe\\postern-${shortName(home.dataDir)}`
    : join(home.runtimeDir, 'control.sock');
}
