import type { EncodeWarning } from '@postern/dialects';

/** The response header that lists what a translation dropped or changed. */
export const WARNINGS_HEADER = 'x-postern-warnings';

/** Proxies and clients limit the size of a head. */
const MAX_LENGTH = 2000;

/** A warning as the header has it. `estimated`: a count is an estimate. */
export type Warning = Omit<EncodeWarning, 'kind'> & {
  readonly kind: EncodeWarning['kind'] | 'estimated';
};

/**
 * The value of the header, a list of RFC 9651: `dropped;path="topK";reason="…"`. A list that is too long ends
 * with `more;count=N`. Undefined if there are no warnings.
 */
export function warningsValue(warnings: readonly Warning[]): string | undefined {
  let value = '';
  for (const [index, { kind, path, message }] of warnings.entries()) {
    const item = `${kind};path=${quoted(path)};reason=${quoted(message)}`;
    if (value.length + item.length > MAX_LENGTH) {
      const rest = `more;count=${warnings.length - index}`;
      return value === '' ? rest : `${value}, ${rest}`;
    }
    value = value === '' ? item : `${value}, ${item}`;
  }
  return value === '' ? undefined : value;
}

/**
 * Adds warnings to the headers of a response.
 *
 * @param fields Names in lower case and values, alternating.
 */
export function withWarnings(
  fields: readonly string[],
  warnings: readonly Warning[],
): readonly string[] {
  const added = warningsValue(warnings);
  if (added === undefined) return fields;
  const at = fields.findIndex((field, index) => index % 2 === 0 && field === WARNINGS_HEADER) + 1;
  return at === 0
    ? [...fields, WARNINGS_HEADER, added]
    : fields.with(at, `${added}, ${fields[at] ?? ''}`);
}

/** A string of RFC 9651 §3.3.3, which is ASCII. */
function quoted(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`;
}
