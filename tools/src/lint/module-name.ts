import { isBuiltin } from 'node:module';
import { posix } from 'node:path';

/**
 * Normalizes the name of an imported module: `node:crypto` for `crypto`, a path from the root for a
 * relative import, else the specifier itself.
 */
export function moduleNameOf(specifier: string, importer: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(importer), specifier);
  return isBuiltin(specifier) && !specifier.startsWith('node:') ? `node:${specifier}` : specifier;
}

/** Whether a specifier can refer to something else than the file or package that it names. */
export function isHiddenSpecifier(specifier: string): boolean {
  return /^(?:\/|#|[a-z-]+:(?<!^node:))|[%?#\\]|(?:^|\/)node_modules(?:\/|$)/.test(specifier);
}

/** Whether `name` is that module or one of its subpaths. */
export function isWithin(name: string, module: string): boolean {
  return name === module || name.startsWith(`${module}/`);
}
