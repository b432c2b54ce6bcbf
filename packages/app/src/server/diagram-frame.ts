import { createHash } from 'node:crypto';

/** The document that draws a diagram, in a frame of the page. */
export const DIAGRAM_FRAME = '/diagram.html';

/**
 * The headers of that document. It draws what a model wrote, so it can do nothing else: it has an origin
 * of its own without storage, runs only the script that was built into it, and can't send a request to
 * anyone, not even to Postern. Only the page may show it.
 *
 * @param document The built document, with one inline script.
 */
export function diagramFrameHeaders(
  document: Uint8Array,
  pageOrigin: string,
): Readonly<Record<string, string>> {
  return {
    'content-security-policy': [
      "default-src 'none'",
      `script-src '${hashOfScript(document)}'`,
      // The diagrams have style sheets of their own.
      "style-src 'unsafe-inline'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      `frame-ancestors ${pageOrigin}`,
      'sandbox allow-scripts',
    ].join('; '),
    'x-frame-options': 'SAMEORIGIN',
    'x-dns-prefetch-control': 'off',
  };
}

const hashes = new WeakMap<Uint8Array, string>();

/** A source of CSP level 3 for the text between the script tags. */
function hashOfScript(document: Uint8Array): string {
  const known = hashes.get(document);
  if (known !== undefined) return known;
  const bytes = Buffer.from(document.buffer, document.byteOffset, document.byteLength);
  const start = bytes.indexOf('<script>') + '<script>'.length;
  const script = bytes.subarray(start, bytes.indexOf('</script>', start));
  const hash = `sha256-${createHash('sha256').update(script).digest('base64')}`;
  hashes.set(document, hash);
  return hash;
}
