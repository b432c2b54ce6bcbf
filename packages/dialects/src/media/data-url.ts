import type { MediaSource } from '@postern/protocol';

const BASE64_DATA_URL = /^data:([^;,]*)(?:;[^;,]*)*;base64,/i;

/** The source for a URL: the bytes of a base64 `data:` URL (RFC 2397), otherwise the URL itself. */
export function sourceOfUrl(url: string): MediaSource {
  const match = BASE64_DATA_URL.exec(url);
  if (match === null) return { kind: 'url', url };
  const mediaType = match[1] === '' ? 'text/plain' : (match[1] ?? '').toLowerCase();
  return { kind: 'base64', mediaType, data: url.slice(match[0].length) };
}

export function dataUrl(mediaType: string, data: string): string {
  return `data:${mediaType};base64,${data}`;
}
