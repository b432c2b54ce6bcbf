import type { JsonObject } from '@postern/kernel';

/** Encodes one event. JSON text has no line breaks, so its data is one line. */
export function sseFrame(event: string | undefined, data: JsonObject): string {
  const name = event === undefined ? '' : `event: ${event}\n`;
  return `${name}data: ${JSON.stringify(data)}\n\n`;
}
