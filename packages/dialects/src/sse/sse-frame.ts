import type { JsonObject } from '@postern/kernel';

/** One event as it goes over the wire. JSON text has no line ends, so its data is one line. */
export function sseFrame(event: string | undefined, data: JsonObject): string {
  const name = event === undefined ? '' : `event: ${event}\n`;
  return `${name}data: ${JSON.stringify(data)}\n\n`;
}
