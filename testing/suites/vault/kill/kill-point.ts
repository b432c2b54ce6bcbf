import type { Disk } from '@postern/disk';
import type { KeyringPort } from '@postern/vault';

/** How the process ends: by SIGKILL, or by an exception that only the test catches. */
export type Die = () => never;

/** Simulates a killed process: nothing that it does afterwards has an effect. */
export class Killed extends Error {}

export interface KillPoint {
  /** The effect that doesn't happen any more, counted from 1 over disk and keyring; 0 for none. */
  readonly at: number;
  /** Counts only file writes, and writes half of the file before the kill. */
  readonly torn: boolean;
  readonly die: Die;
}

export const WRITE = 'createFile';

/** Counts effects, and kills the process at the kill point. */
export class Effects {
  readonly names: string[] = [];
  #dead = false;
  readonly #killPoint: KillPoint;

  constructor(killPoint: KillPoint) {
    this.#killPoint = killPoint;
  }

  /** True if half of this effect must happen before `die`. */
  next(name: string): boolean {
    if (this.#dead) this.die();
    this.names.push(name);
    const { at, torn } = this.#killPoint;
    const counted = torn ? this.names.filter((one) => one === WRITE) : this.names;
    if (counted.length !== at || (torn && name !== WRITE)) return false;
    return torn || this.die();
  }

  die(): never {
    this.#dead = true;
    return this.#killPoint.die();
  }
}

/** A disk that works until the process is killed. Reading isn't an effect. */
export function killableDisk(disk: Disk, effects: Effects): Disk {
  return {
    read: (path, maxBytes) => disk.read(path, maxBytes),
    size: (path) => disk.size(path),
    readAt: (path, from, maxBytes) => disk.readAt(path, from, maxBytes),
    list: (path) => disk.list(path),
    makeDirectory: async (path) => {
      effects.next('makeDirectory');
      return await disk.makeDirectory(path);
    },
    createFile: async (path, bytes) => {
      if (!effects.next(WRITE)) return await disk.createFile(path, bytes);
      await disk.createFile(path, bytes.subarray(0, bytes.length >> 1));
      return effects.die();
    },
    append: async (path, bytes) => {
      effects.next('append');
      return await disk.append(path, bytes);
    },
    syncFile: async (path) => {
      effects.next('syncFile');
      return await disk.syncFile(path);
    },
    rename: async (from, to) => {
      effects.next('rename');
      return await disk.rename(from, to);
    },
    syncDirectory: async (path) => {
      effects.next('syncDirectory');
      return await disk.syncDirectory(path);
    },
    remove: async (path) => {
      effects.next('remove');
      return await disk.remove(path);
    },
  };
}

/** A keyring that works until the process is killed. */
export function killableKeyring(keyring: KeyringPort, effects: Effects): KeyringPort {
  return {
    get: (account) => keyring.get(account),
    set: async (account, value) => {
      effects.next('keyring set');
      return await keyring.set(account, value);
    },
    remove: async (account) => {
      effects.next('keyring remove');
      return await keyring.remove(account);
    },
  };
}

/** A process that isn't killed. */
export const NO_KILL: KillPoint = {
  at: 0,
  torn: false,
  die: () => {
    throw new Error('there was no kill point');
  },
};
