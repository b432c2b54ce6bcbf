import type { Disk } from '@postern/disk';
import type { KeyringPort } from '@postern/vault';

/** How the process ends: for good by SIGKILL, or by an exception that nothing but the test catches. */
export type Die = () => never;

/** Stands for a process that was killed: whatever it does from then on has no effect. */
export class Killed extends Error {}

export interface DeathWish {
  /** Which effect is not done any more, counted from 1 over disk and keyring; 0 for none. */
  readonly at: number;
  /** Counts the writing of files alone, and does the one in question half. */
  readonly torn: boolean;
  readonly die: Die;
}

export const WRITING = 'createFile';

/** Counts effects, and dies at the one wished for. */
export class Effects {
  readonly names: string[] = [];
  #dead = false;
  readonly #wish: DeathWish;

  constructor(wish: DeathWish) {
    this.#wish = wish;
  }

  /** True where this effect is to be done half before `die`. */
  next(name: string): boolean {
    if (this.#dead) this.die();
    this.names.push(name);
    const { at, torn } = this.#wish;
    const counted = torn ? this.names.filter((one) => one === WRITING) : this.names;
    if (counted.length !== at || (torn && name !== WRITING)) return false;
    return torn || this.die();
  }

  die(): never {
    this.#dead = true;
    return this.#wish.die();
  }
}

/** The disk, until the process dies. Reading is no effect. */
export function mortalDisk(disk: Disk, effects: Effects): Disk {
  return {
    read: (path, maxBytes) => disk.read(path, maxBytes),
    list: (path) => disk.list(path),
    makeDirectory: async (path) => {
      effects.next('makeDirectory');
      return await disk.makeDirectory(path);
    },
    createFile: async (path, bytes) => {
      if (!effects.next(WRITING)) return await disk.createFile(path, bytes);
      await disk.createFile(path, bytes.subarray(0, bytes.length >> 1));
      return effects.die();
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

/** The keyring, until the process dies. */
export function mortalKeyring(keyring: KeyringPort, effects: Effects): KeyringPort {
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
