import {
  expectOk,
  isJsonObject,
  parseJson,
  type JsonObject,
  type JsonValue,
} from '@postern/kernel';

/** Licences of third-party packages that are compatible with Apache-2.0, by SPDX identifier. */
const COMPATIBLE_LICENCES: ReadonlySet<string> = new Set([
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

/**
 * Packages whose licence isn't in their package.json, by the digest of the package that was read. Its file
 * `license` is the text of the MIT licence.
 */
const READ_LICENCES: ReadonlyMap<string, string> = new Map([
  [
    // khroma 2.1.0
    'sha512-Ls993zuzfayK269Svk9hzpeGUKob/sIgZzyHYdjQoAdQetRKpOLj+k/QQQ/6Qi0Yz65mlROrfd+Ev+1+7dz9Kw==',
    'MIT',
  ],
]);

/** The packages that contain Node itself, one for each system. */
const NODE_PACKAGES = /^node_modules\/node-(?:bin-)?(darwin|linux|win)-/;

/**
 * Returns the problems of npm's lockfile, one line each: a package without a SHA-512 digest, from
 * another source than the registry, with an install script (none is run), or with an incompatible
 * licence; a different Node on Linux than on Windows, or an older one on macOS.
 */
export function lockfileProblems(text: string): readonly string[] {
  const lockfile = expectOk(parseJson(text));
  const packages = isJsonObject(lockfile) ? lockfile['packages'] : undefined;
  if (!isJsonObject(packages)) return ['there is no list of packages'];
  const ofPackages = Object.entries(packages).flatMap(([path, entry]) =>
    path.includes('node_modules/') && isJsonObject(entry) && entry['link'] !== true
      ? problemsOf(entry).map((problem) => `${path}: ${problem}`)
      : [],
  );
  return [...ofPackages, ...nodeVersionProblems(packages)];
}

function nodeVersionProblems(packages: JsonObject): readonly string[] {
  const pins = Object.entries(packages).flatMap(([path, entry]) => {
    const system = NODE_PACKAGES.exec(path)?.[1];
    if (system === undefined || !isJsonObject(entry)) return [];
    return [{ path, isMacos: system === 'darwin', version: versionOf(entry) }];
  });
  const [other] = pins.filter(({ isMacos }) => !isMacos);
  return pins
    .filter(({ isMacos, version }) =>
      isMacos ? isOlder(version, other?.version) : version !== other?.version,
    )
    .map(({ path, version }) => `${path}: is ${version}, not ${String(other?.version)}`);
}

function versionOf({ version }: JsonObject): string {
  return typeof version === 'string' ? version : '';
}

function isOlder(version: string, than = ''): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}

function problemsOf(entry: JsonObject): readonly string[] {
  const { integrity, resolved, hasInstallScript } = entry;
  const problems: string[] = [];
  if (typeof integrity !== 'string' || !integrity.startsWith('sha512-')) {
    problems.push('has no SHA-512 digest');
  }
  if (resolved !== undefined && !isFromRegistry(resolved))
    problems.push('is not from the registry');
  if (hasInstallScript === true) problems.push('has an install script');
  const read = typeof integrity === 'string' ? READ_LICENCES.get(integrity) : undefined;
  const licence = entry['license'] ?? read;
  if (typeof licence !== 'string') problems.push('has no named licence');
  else if (!isCompatible(licence)) problems.push(`has the incompatible licence ${licence}`);
  return problems;
}

/** Of `(A OR B)`, Postern chooses one that is compatible. */
function isCompatible(licence: string): boolean {
  const choices = licence.replace(/^\((.*)\)$/, '$1').split(' OR ');
  return choices.some((choice) => COMPATIBLE_LICENCES.has(choice));
}

function isFromRegistry(resolved: JsonValue): boolean {
  return typeof resolved === 'string' && resolved.startsWith('https://registry.npmjs.org/');
}
