import { join } from 'node:path';
import type { Home } from '../config/home.ts';

/** Where one process that holds a home is found by the other commands of the same user. */
export interface ControlPlace {
  /** `control` is the running Postern, `agent` holds the vault open without serving the page. */
  readonly name: 'control' | 'agent';
  /** Names the socket, and holds the key by which both sides prove that they can read it. */
  readonly entryFile: string;
  /** Where the socket is made. Whoever connects goes by the entry. */
  readonly runtimeDir: string;
}

export function controlPlace(home: Home): ControlPlace {
  return placeOf(home, 'control');
}

export function agentPlace(home: Home): ControlPlace {
  return placeOf(home, 'agent');
}

/** Where a process may hold the vault of this home open. */
export function holderPlaces(home: Home): readonly ControlPlace[] {
  return [controlPlace(home), agentPlace(home)];
}

function placeOf({ dataDir, runtimeDir }: Home, name: 'control' | 'agent'): ControlPlace {
  return { name, entryFile: join(dataDir, `${name}.json`), runtimeDir };
}
