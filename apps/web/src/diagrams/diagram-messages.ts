import * as v from 'valibot';

/*
 * What the page and the frame of a diagram tell each other. The frame draws what a model wrote, so the page
 * believes nothing of it that isn't in these bounds.
 */

export const LOOKS = ['light', 'dark', 'light-high', 'dark-high'] as const;
export type DiagramLook = (typeof LOOKS)[number];

/** From the page. */
export type FrameRequest =
  | { readonly kind: 'draw'; readonly source: string; readonly look: DiagramLook }
  /** A picture of what was drawn. */
  | { readonly kind: 'picture' };

/** In pixels, of the page and of a picture. */
const MAX_SIDE = 20_000;
const MAX_PICTURE_BYTES = 32 * 1024 * 1024;

const side = v.pipe(v.number(), v.finite(), v.minValue(1), v.maxValue(MAX_SIDE));

/** From the frame. */
const FrameMessageSchema = v.variant('kind', [
  v.object({ kind: v.literal('ready') }),
  v.object({ kind: v.literal('drawn'), width: side, height: side }),
  v.object({
    kind: v.literal('failed'),
    isTooLarge: v.boolean(),
    /** For people who know the language; in English. */
    why: v.pipe(v.string(), v.maxLength(1000)),
  }),
  v.object({
    kind: v.literal('picture'),
    png: v.pipe(v.instance(ArrayBuffer), v.check(isPng)),
  }),
]);

export type FrameMessage = v.InferOutput<typeof FrameMessageSchema>;

export function parseFrameMessage(data: unknown): FrameMessage | undefined {
  const parsed = v.safeParse(FrameMessageSchema, data);
  return parsed.success ? parsed.output : undefined;
}

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function isPng(bytes: ArrayBuffer): boolean {
  const start = new Uint8Array(bytes.slice(0, PNG_SIGNATURE.length));
  return (
    bytes.byteLength <= MAX_PICTURE_BYTES && PNG_SIGNATURE.every((byte, at) => start[at] === byte)
  );
}
