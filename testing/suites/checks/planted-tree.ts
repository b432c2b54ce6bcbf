import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

export const ROOT = new URL('../../../', import.meta.url).pathname;

/** A copy of this project's skeleton in which a test plants violations. */
export interface PlantedTree extends Disposable {
  readonly path: string;
  /** Writes files. The keys are paths from the root. */
  plant(files: Readonly<Record<string, string>>): void;
}

/**
 * Copies the given configuration files and each part's `package.json`, gives each part an empty
 * root index, and links the installed packages; workspace packages link to the copy.
 */
export function plantedTree(configuration: readonly string[]): PlantedTree {
  const path = mkdtempSync(join(tmpdir(), 'postern-planted-'));
  const manifests = globSync('{packages,apps}/*/package.json', { cwd: ROOT });
  for (const file of [...configuration, ...manifests, 'package.json', 'tools/package.json']) {
    cpSync(join(ROOT, file), join(path, file));
  }
  cpSync(join(ROOT, 'testing/package.json'), join(path, 'testing/package.json'));
  const plant: PlantedTree['plant'] = (files) => {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(path, file)), { recursive: true });
      writeFileSync(join(path, file), text);
    }
  };
  const parts = manifests.map((manifest) => dirname(manifest));
  plant(Object.fromEntries(parts.map((part) => [`${part}/src/index.ts`, 'export {};\n'])));
  linkPackages(path, parts);
  return {
    path,
    plant,
    [Symbol.dispose]: () => {
      rmSync(path, { recursive: true });
    },
  };
}

function linkPackages(path: string, parts: readonly string[]): void {
  mkdirSync(join(path, 'node_modules/@postern'), { recursive: true });
  for (const part of parts.filter((one) => one.startsWith('packages/'))) {
    symlinkSync(join(path, part), join(path, 'node_modules/@postern', basename(part)));
  }
  for (const installed of globSync('node_modules/{[!@.]*,@*/*}', { cwd: ROOT })) {
    if (installed.startsWith('node_modules/@postern/')) continue;
    mkdirSync(dirname(join(path, installed)), { recursive: true });
    symlinkSync(join(ROOT, installed), join(path, installed));
  }
}
