import { parseJson, type JsonObject } from '@postern/kernel';
import type { ReportedUsage } from '../dialect.ts';
import { objectOf } from '../json/read-json.ts';
import type { TapReader } from './stream-tap.ts';

/** What the body of a whole answer reports for its price; nothing if it isn't a JSON object. */
export function readBody(
  bodyText: string,
  { usageIn, tierIn }: Pick<TapReader, 'usageIn' | 'tierIn'>,
): ReportedUsage {
  const parsed = parseJson(bodyText);
  const body: JsonObject = (parsed.ok ? objectOf(parsed.value) : undefined) ?? {};
  return { usage: usageIn(body), serviceTier: tierIn(body) };
}
