import { join } from 'node:path';
import type { Home } from '../config/home.ts';

/** Where this user's other commands find a process that holds a home. */
export interface ControlPlace {
  /**
   * `control` is the running Postern; `agent` keeps the vault unlocked without serving the page.
   */
  readonly name: 'control' | 'agent';
  /**
   * The file that names the socket and contains the key with which both sides prove that they can
   * read it.
   */
  readonly entryFile: string;
  /** Where the socket is created. Clients use the path in the entry. */
  readonly runtimeDir: string;
}

export function controlPlace(home: Home): ControlPlace {
  return placeOf(home, 'control');
}

export function agentPlace(home: Home): ControlPlace {
  return placeOf(home, 'agent');
}

/** The places where a process may have this home's vault unlocked. */
export function holderPlaces(home: Home): readonly ControlPlace[] {
  return [controlPlace(home), agentPlace(home)];
}

function placeOf({ dataDir, runtimeDir }: Home, name: 'control' | 'agent'): ControlPlace {
  return { name, entryFile: join(dataDir, `${name}.json`), runtimeDir };
}
