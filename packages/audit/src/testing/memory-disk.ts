import { basename, dirname } from 'node:path';
import type { LogDisk } from '@postern/disk';
import { ok, type Ok } from '@postern/kernel';

/** A disk in memory, by path, for tests that change it thousands of times. */
export function memoryDisk(files: Map<string, Uint8Array>): LogDisk {
  const bytesAt = (path: string): Uint8Array => files.get(path) ?? new Uint8Array(0);
  const done = (): Promise<Ok<undefined>> => Promise.resolve(ok());
  return {
    makeDirectory: done,
    sync: done,
    list: (path) => {
      const inside = [...files.keys()].filter((name) => dirname(name) === path);
      return Promise.resolve(ok(inside.map((name) => basename(name))));
    },
    size: (path) => Promise.resolve(ok(files.get(path)?.length)),
    read: (path, from, maxBytes) =>
      Promise.resolve(ok(bytesAt(path).subarray(from, from + maxBytes))),
    append: (path, bytes) => {
      files.set(path, Buffer.concat([bytesAt(path), bytes]));
      return done();
    },
    write: (path, bytes) => {
      files.set(path, bytes);
      return done();
    },
    truncate: (path, bytes) => {
      files.set(path, bytesAt(path).subarray(0, bytes));
      return done();
    },
    rename: (from, to) => {
      files.set(to, bytesAt(from));
      files.delete(from);
      return done();
    },
  };
}
