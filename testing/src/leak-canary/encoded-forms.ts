/** One encoding of a text, and the bytes to search for. */
export interface EncodedForm {
  readonly form: string;
  readonly bytes: Buffer;
}

const ALIGNMENTS = [0, 1, 2] as const;
const BASE64_GROUP = 3;

/**
 * Returns the encodings of an ASCII text that can be searched for as bytes. Views decode the
 * others.
 */
export function encodedFormsOf(text: string): readonly EncodedForm[] {
  const bytes = Buffer.from(text, 'latin1');
  const little = Buffer.from(text, 'utf16le');
  const plain: readonly (readonly [string, string])[] = [
    ['raw', text],
    ['upper case', text.toUpperCase()],
    ['hex', bytes.toString('hex')],
    ['upper-case hex', bytes.toString('hex').toUpperCase()],
    ...ALIGNMENTS.flatMap((alignment) =>
      (['base64', 'base64url'] as const).map(
        (encoding) =>
          [`${encoding} at ${alignment}`, base64Within(bytes, alignment, encoding)] as const,
      ),
    ),
  ];
  const forms: EncodedForm[] = [
    ...plain.map(([form, written]) => ({ form, bytes: Buffer.from(written, 'latin1') })),
    { form: 'UTF-16LE', bytes: little },
    { form: 'UTF-16BE', bytes: Buffer.from(little).swap16() },
  ];
  const isFirst = ({ bytes: found }: EncodedForm, at: number): boolean =>
    forms.findIndex((other) => other.bytes.equals(found)) === at;
  return forms.filter(isFirst);
}

/**
 * The base64 digits that depend only on these bytes if `alignment` bytes precede them in a group.
 */
function base64Within(bytes: Buffer, alignment: number, encoding: 'base64' | 'base64url'): string {
  const preceded = Buffer.concat([Buffer.alloc(alignment), bytes]);
  const whole = preceded.subarray(0, preceded.length - (preceded.length % BASE64_GROUP));
  // The digits of the first group depend on the bytes before, so they are left out.
  return whole.toString(encoding).slice(alignment === 0 ? 0 : 4);
}
