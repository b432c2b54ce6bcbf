import type { MessageDescriptor } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import { i18n } from '../../languages/i18n.ts';

/** What to do with a file that can't be attached, by the end of its name. */
const REMEDIES: readonly (readonly [RegExp, MessageDescriptor])[] = [
  [/\.(?:docx?|odt|rtf|pages)$/i, msg`Save it as PDF or as text, then attach that.`],
  [/\.(?:xlsx?|ods|numbers)$/i, msg`Save it as CSV or PDF, then attach that.`],
  [/\.(?:pptx?|odp|key)$/i, msg`Save it as PDF, then attach that.`],
  [/\.(?:heic|heif|avif|tiff?|bmp|ico|psd|svgz)$/i, msg`Save it as PNG or JPEG, then attach that.`],
  [/\.(?:zip|gz|tgz|xz|zst|bz2|7z|rar|tar)$/i, msg`Unpack it, then attach its files.`],
  [/\.(?:mp3|wav|ogg|m4a|flac|mp4|mov|mkv|webm|avi)$/i, msg`Audio and video can’t be attached.`],
];

const KNOWN = /\.(?:png|jpe?g|gif|webp|pdf)$/i;
const TEXTUAL = /\.(?:txt|csv|tsv|md|log|json|ya?ml|xml|html?|css|srt|tex|ini|conf)$/i;

/** Why Postern can't use a file whose bytes aren't those of a type that can be attached, and what to do. */
export function adviceFor(file: File): { readonly message: string; readonly remedy: string } {
  const { name, size, type } = file;
  if (size === 0) {
    return { message: t`The file is empty.`, remedy: t`Attach one with content.` };
  }
  if (KNOWN.test(name)) {
    return {
      message: t`The file is damaged, or isn’t what its name says.`,
      remedy: t`Open it in another program and save it again.`,
    };
  }
  const [, remedy] = REMEDIES.find(([names]) => names.test(name)) ?? [];
  if (remedy === undefined && (TEXTUAL.test(name) || type.startsWith('text/'))) {
    return {
      message: t`The text isn’t in UTF-8.`,
      remedy: t`Save it with the encoding UTF-8, then attach it again.`,
    };
  }
  return {
    message: t`This kind of file can’t be attached.`,
    remedy:
      remedy === undefined
        ? t`Attach a PNG, JPEG, GIF or WebP image, a PDF, or a text file.`
        : i18n._(remedy),
  };
}
