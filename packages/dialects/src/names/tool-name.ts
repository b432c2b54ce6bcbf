import type { ModelRequest } from '@postern/protocol';
import { digestOf } from './call-id.ts';

const INVALID_CHARACTERS = /[^a-zA-Z0-9_-]/g;
const DIGEST_LENGTH = 20;

/**
 * The wire form of a tool's name: the name itself if it has only letters, digits, `_` and `-` and isn't
 * too long; otherwise its beginning and a digest of the whole name.
 */
export function wireToolName(name: string, maxLength: number): string {
  const safe = name.replace(INVALID_CHARACTERS, '_');
  if (safe === name && name !== '' && name.length <= maxLength) return name;
  return `${safe.slice(0, maxLength - DIGEST_LENGTH - 1)}_${digestOf(name, DIGEST_LENGTH)}`;
}

/** Maps wire names to the names in the request, for names that had to be changed. */
export function changedToolNames(
  request: ModelRequest,
  maxLength: number,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { name } of request.tools ?? []) {
    const wireName = wireToolName(name, maxLength);
    if (wireName !== name) names.set(wireName, name);
  }
  return names;
}
