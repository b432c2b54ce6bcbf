import { join } from 'node:path';
import { buildFresh } from '../../../apps/cli/bin/fresh-build.js';
import { findBuild } from '../../../apps/cli/bin/list-sources.js';

const ROOT = join(import.meta.dirname, '../../..');
const NAME = 'test-program';
const SOURCE = join(import.meta.dirname, 'main.ts');
let found: string | undefined;

/**
 * Returns the script that starts Postern with cheap key derivation. It is built if possible,
 * because a start from source takes most of a second. Another user can't read the build, so it gets
 * the source.
 */
export function testProgram(user?: number): string {
  if (user !== undefined) return SOURCE;
  found ??=
    findBuild(ROOT, NAME) ?? buildFresh({ root: ROOT, name: NAME, say: () => undefined }) ?? SOURCE;
  return found;
}
