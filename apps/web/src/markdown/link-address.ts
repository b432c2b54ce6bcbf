const OPENABLE = new Set(['http:', 'https:', 'mailto:']);

/** The address of a link that may be opened: absolute http, https or mailto; else undefined. */
export function openableAddress(href: string | undefined): URL | undefined {
  if (href === undefined || !URL.canParse(href)) return undefined;
  const address = new URL(href);
  return OPENABLE.has(address.protocol) ? address : undefined;
}
