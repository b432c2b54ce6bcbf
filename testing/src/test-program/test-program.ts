import { join } from 'node:path';
import { buildFresh } from '../../../apps/cli/bin/fresh-build.js';
import { findBuild } from '../../../apps/cli/bin/list-sources.js';

const ROOT = join(import.meta.dirname, '../../..');
const NAME = 'test-program';
const SOURCE = join(import.meta.dirname, 'main.ts');
let found: string | undefined;

/**
 * The file that a Node starts the tests' own Postern from, which spends no time on deriving keys:
 * built, where that can be, for a start from source takes most of a second. From source for another
 * user, who cannot read the build.
 */
export function testProgram(user?: number): string {
  if (user !== undefined) return SOURCE;
  found ??=
    findBuild(ROOT, NAME) ?? buildFresh({ root: ROOT, name: NAME, say: () => undefined }) ?? SOURCE;
  return found;
}
