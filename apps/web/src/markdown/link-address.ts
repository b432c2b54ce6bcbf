const OPENABLE = new Set(['http:', 'https:', 'mailto:']);

/** Returns the URL of an absolute http, https or mailto link, else undefined. */
export function openableAddress(href: string | undefined): URL | undefined {
  if (href === undefined || !URL.canParse(href)) return undefined;
  const address = new URL(href);
  return OPENABLE.has(address.protocol) ? address : undefined;
}
