import { isJsonObject, type JsonObject, type JsonValue } from '@postern/kernel';
import type { Random } from './random.ts';

/** Pieces that mean something to a parser of HTTP, of event streams or of JSON. */
const PIECES = [
  '\r\n',
  '\n\n',
  '\r',
  '\0',
  '\ufeff',
  ': comment\n',
  'data: ',
  'data:\n\n',
  'event: error\n',
  'data: [DONE]\n\n',
  'data: {"error":{"message":"made up","type":"server_error"}}\n\n',
  'event: message_stop\ndata: {"type":"message_stop"}\n\n',
  'retry: 1\nid: 7\n',
  '{"',
  '[[[[',
  ']}',
  '\\ud800',
  '"__proto__":{"polluted":true},',
  '"index":-1,',
  '"index":4294967296,',
  ',"usage":{"prompt_tokens":-1,"completion_tokens":1e309}',
  '1e999',
  '\u2028',
] as const;

const DEEP_LEVELS = 3000;

const ODD_VALUES: readonly [() => JsonValue, ...(() => JsonValue)[]] = [
  () => null,
  () => true,
  () => -1,
  () => 0,
  () => 0.5,
  () => 2 ** 53,
  () => 1e308,
  () => '',
  () => ' ',
  () => 'a',
  () => '\0',
  () => '\ud800',
  () => '{}',
  () => '__proto__',
  () => 'constructor',
  () => 'data:image/png;base64,!!!!',
  () => 'http://169.254.169.254/latest/meta-data',
  () => 'x'.repeat(70_000),
  () => [],
  () => ({}),
  () => [[]],
  () => ({ type: 'unknown' }),
  () => {
    let deep: JsonValue = 1;
    for (let level = 0; level < DEEP_LEVELS; level += 1) deep = [deep];
    return deep;
  },
];

/** Changes up to four things in a JSON value. */
export function mutateJson(value: JsonValue, random: Random): JsonValue {
  let changed = value;
  for (let times = 1 + random.below(4); times > 0; times -= 1)
    changed = mutateOnce(changed, random);
  return changed;
}

function mutateOnce(value: JsonValue, random: Random): JsonValue {
  if (random.chance(0.15)) return random.pick(ODD_VALUES)();
  if (Array.isArray(value) && value.length > 0) return mutateList(value, random);
  if (isJsonObject(value)) return mutateObject(value, random);
  if (typeof value === 'string' && random.chance(0.5)) {
    const at = random.below(value.length + 1);
    return `${value.slice(0, at)}${random.pick(PIECES)}${value.slice(at)}`;
  }
  return random.pick(ODD_VALUES)();
}

function mutateList(list: readonly JsonValue[], random: Random): JsonValue {
  const at = random.below(list.length);
  const entry = list[at] ?? null;
  const [before, after] = [list.slice(0, at), list.slice(at + 1)];
  switch (random.below(5)) {
    case 0:
      return [...before, ...after];
    case 1:
      return [...before, entry, entry, ...after];
    case 2:
      return [...after, entry, ...before];
    default:
      return [...before, mutateOnce(entry, random), ...after];
  }
}

function mutateObject(object: JsonObject, random: Random): JsonValue {
  const names = Object.keys(object);
  const name = names[random.below(names.length)] ?? 'model';
  const { [name]: entry = null, ...others } = object;
  switch (random.below(6)) {
    case 0:
      return others;
    case 1:
      return { ...others, [`${name}_`]: entry };
    case 2:
      return { ...object, [random.pick(['n', 'store', 'thread', 'stream', 'type'])]: entry };
    default:
      return { ...others, [name]: mutateOnce(entry, random) };
  }
}

/** Changes up to four places in a text of bytes. */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  let changed = bytes;
  for (let times = 1 + random.below(4); times > 0; times -= 1) {
    const at = random.below(changed.length + 1);
    const end = Math.min(changed.length, at + 1 + random.below(64));
    const [before, middle, after] = [
      changed.subarray(0, at),
      changed.subarray(at, end),
      changed.subarray(end),
    ];
    changed = Buffer.concat([before, ...changedMiddle(middle, random), after]);
  }
  return changed;
}

function changedMiddle(middle: Buffer, random: Random): readonly Buffer[] {
  switch (random.below(4)) {
    case 0:
      return [];
    case 1:
      return [middle, middle];
    case 2:
      return [Buffer.from(random.pick(PIECES)), middle];
    default:
      return [
        Buffer.from(middle.map((byte, at) => (at === 0 ? byte ^ (1 << random.below(8)) : byte))),
      ];
  }
}

/** Splits bytes at random offsets, or into single bytes if there are few. */
export function cutRandomly(bytes: Buffer, random: Random): readonly Buffer[] {
  const largest = bytes.length <= 2000 && random.chance(0.1) ? 1 : 1 + random.below(16_384);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + random.below(largest);
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}
