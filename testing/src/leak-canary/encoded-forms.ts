/** One way in which a text can be written down, and the bytes that are then found. */
export interface EncodedForm {
  readonly form: string;
  readonly bytes: Buffer;
}

const ALIGNMENTS = [0, 1, 2] as const;
const BASE64_GROUP = 3;

/** The forms of an ASCII text that have bytes of their own; views undo the others. */
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

/** The digits that stand for these bytes alone when `alignment` bytes precede them in a group. */
function base64Within(bytes: Buffer, alignment: number, encoding: 'base64' | 'base64url'): string {
  const preceded = Buffer.concat([Buffer.alloc(alignment), bytes]);
  const whole = preceded.subarray(0, preceded.length - (preceded.length % BASE64_GROUP));
  // The first group holds the bytes before, so its digits depend on them.
  return whole.toString(encoding).slice(alignment === 0 ? 0 : 4);
}
