import type { JsonObject, JsonValue } from '@postern/kernel';
import { listOf, objectOf, otherFields } from '../json/read-json.ts';
import type { Warn } from '../report.ts';

/** The API accepts so many; more fail the request. */
const MAX_MARKS = 4;
const MARK = 'cache_control';
const MARK_SET = new Set([MARK]);

interface MarkedBody {
  readonly tools?: readonly JsonValue[] | undefined;
  readonly system?: JsonValue | undefined;
  readonly messages: readonly JsonObject[];
}

/**
 * Applies the API's rules for cache marks, in the order in which it reads the prompt: tools, system, messages.
 * The last four marks are kept, because a later one covers what comes before it. A mark for an hour that
 * comes after one for five minutes becomes one for five minutes.
 */
export function limitCacheMarks<T extends MarkedBody>(body: T, warn: Warn): T {
  const count = countMarks([body.tools ?? [], body.system ?? [], body.messages]);
  if (count === 0) return body;
  const marks: MarkState = {
    surplus: Math.max(0, count - MAX_MARKS),
    hasShort: false,
    changed: false,
  };
  if (marks.surplus > 0) {
    const message = `only the last ${MAX_MARKS} cache marks are kept`;
    warn({ kind: 'dropped', path: MARK, message });
  }
  const limited = {
    ...body,
    ...(body.tools !== undefined && { tools: limitedList(body.tools, marks) }),
    ...(body.system !== undefined && { system: limitedValue(body.system, marks) }),
    messages: limitedList(body.messages, marks),
  };
  if (marks.changed) {
    const message = 'a mark for an hour after one for five minutes is for five minutes';
    warn({ kind: 'changed', path: MARK, message });
  }
  return limited;
}

interface MarkState {
  /** How many of the first marks must go. */
  surplus: number;
  /** Whether a mark for five minutes has come. */
  hasShort: boolean;
  changed: boolean;
}

/** Blocks with marks occur in lists, and in the `content` of messages and tool results. */
function countMarks(value: JsonValue): number {
  const list = listOf(value);
  if (list !== undefined) return list.reduce<number>((sum, item) => sum + countMarks(item), 0);
  const object = objectOf(value);
  if (object === undefined) return 0;
  return countMarks(object['content'] ?? null) + (objectOf(object[MARK]) === undefined ? 0 : 1);
}

function limitedValue(value: JsonValue, marks: MarkState): JsonValue {
  const list = listOf(value);
  if (list !== undefined) return limitedList(list, marks);
  const object = objectOf(value);
  return object === undefined ? value : limitedObject(object, marks);
}

function limitedList<T extends JsonValue>(list: readonly T[], marks: MarkState): readonly T[] {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- a value keeps its kind
  return list.map((item) => limitedValue(item, marks) as T);
}

function limitedObject(object: JsonObject, marks: MarkState): JsonObject {
  const content = listOf(object['content']);
  const inner =
    content === undefined ? object : { ...object, content: limitedList(content, marks) };
  const mark = objectOf(object[MARK]);
  if (mark === undefined) return inner;
  if (marks.surplus > 0) {
    marks.surplus -= 1;
    return otherFields(inner, MARK_SET);
  }
  if (mark['ttl'] !== '1h') marks.hasShort = true;
  if (mark['ttl'] !== '1h' || !marks.hasShort) return inner;
  marks.changed = true;
  return { ...inner, [MARK]: { ...mark, ttl: '5m' } };
}
