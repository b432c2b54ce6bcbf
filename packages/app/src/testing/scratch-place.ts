import { join } from 'node:path';
import type { ControlPlace } from '../instance/control-address.ts';
import { scratchDirectory } from './scratch-directory.ts';

/** A place where nobody listens yet, in a directory that goes with the test. */
export function scratchPlace(): ControlPlace {
  const directory = scratchDirectory();
  return { name: 'control', entryFile: join(directory, 'control.json'), runtimeDir: directory };
}
