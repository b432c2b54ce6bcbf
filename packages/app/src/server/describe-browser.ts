/**
 * How browsers identify themselves in `User-Agent`. The order matters, because most also name
 * others.
 */
const BROWSERS = [
  ['Firefox', /\bFirefox\//],
  ['Edge', /\bEdg\//],
  ['Opera', /\bOPR\//],
  ['Chrome', /Chrome\//],
  ['Safari', /\bSafari\//],
] as const;

const SYSTEMS = [
  ['Android', /\bAndroid\b/],
  ['iOS', /\b(?:iPhone|iPad)\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
] as const;

/**
 * The name of a browser for the user, such as `Firefox on Linux`, without any text of the header
 * itself.
 */
export function describeBrowser(userAgent: string): string {
  const browser = BROWSERS.find(([, pattern]) => pattern.test(userAgent))?.[0];
  const system = SYSTEMS.find(([, pattern]) => pattern.test(userAgent))?.[0];
  if (browser === undefined) return 'Another program';
  return system === undefined ? browser : `${browser} on ${system}`;
}
