import { join } from 'node:path';
import { describeImportFailure, detectImport, readImport } from '@postern/importers';
import type { UserPlaces } from '../config/home.ts';
import { shellQuoted } from './shell-quoted.ts';
import { EXPOSURES } from './exposures.ts';
import type { Finding } from './finding.ts';

const ABOUT = 'Leftovers';

/** The default locations of other programs' keys. */
export function wellKnownPlaces(
  environment: Pick<UserPlaces, 'home' | 'xdgConfigHome'>,
): readonly string[] {
  const { home } = environment;
  const config = environment.xdgConfigHome ?? join(home, '.config');
  const chatClient = [join(config, 'chat-linux-client'), join(home, '.chat-linux-client')];
  return [
    ...chatClient.flatMap((place) => [join(place, 'api_keys.enc'), join(place, 'app_config.enc')]),
    join(home, '.claude-gate'),
    join(home, '.claude-gate', 'keyring'),
  ];
}

/** Finds files of other programs that expose keys. Reads them and changes nothing. */
export async function checkLeftovers(places: readonly string[]): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const place of places) found.push(...(await checkPlace(place)));
  if (found.length > 0) return found;
  return [{ about: ABOUT, level: 'ok', message: 'no known program left keys behind.' }];
}

async function checkPlace(place: string): Promise<readonly Finding[]> {
  const source = await detectImport(place);
  // The path doesn't exist, or has no known format.
  if (!source.ok) return [];
  const fix = `postern secret import ${shellQuoted(place)} --destroy`;
  const { label } = source.value;
  const read = await readImport(source.value);
  if (!read.ok) {
    const { message } = describeImportFailure(read.failure);
    return [{ about: ABOUT, level: 'warn', message: `${label}: ${message}`, fix }];
  }
  return read.value.leftovers.map(({ path, exposure }) => ({
    about: ABOUT,
    level: 'fail',
    message: `${path} contains keys ${EXPOSURES[exposure]} (${label}).`,
    fix,
  }));
}
