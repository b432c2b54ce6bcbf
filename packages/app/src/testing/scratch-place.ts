import { join } from 'node:path';
import type { ControlPlace } from '../instance/control-address.ts';
import { scratchDirectory } from './scratch-directory.ts';

/** A place without a listener, in a directory that is removed after the test. */
export function scratchPlace(): ControlPlace {
  const directory = scratchDirectory();
  return { name: 'control', entryFile: join(directory, 'control.json'), runtimeDir: directory };
}
