/** What to do with a file that can't be attached, by the end of its name. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/\.(?:docx?|odt|rtf|pages)$/i, 'Save it as PDF or as text, then attach that.'],
  [/\.(?:xlsx?|ods|numbers)$/i, 'Save it as CSV or PDF, then attach that.'],
  [/\.(?:pptx?|odp|key)$/i, 'Save it as PDF, then attach that.'],
  [/\.(?:heic|heif|avif|tiff?|bmp|ico|psd|svgz)$/i, 'Save it as PNG or JPEG, then attach that.'],
  [/\.(?:zip|gz|tgz|xz|zst|bz2|7z|rar|tar)$/i, 'Unpack it, then attach its files.'],
  [/\.(?:mp3|wav|ogg|m4a|flac|mp4|mov|mkv|webm|avi)$/i, 'Audio and video can’t be attached.'],
];

const KNOWN = /\.(?:png|jpe?g|gif|webp|pdf)$/i;
const TEXTUAL = /\.(?:txt|csv|tsv|md|log|json|ya?ml|xml|html?|css|srt|tex|ini|conf)$/i;

/** Why Postern can't use a file whose bytes aren't those of a type that can be attached, and what to do. */
export function adviceFor(file: File): { readonly message: string; readonly remedy: string } {
  const { name, size, type } = file;
  if (size === 0) {
    return { message: 'The file is empty.', remedy: 'Attach one with content.' };
  }
  if (KNOWN.test(name)) {
    return {
      message: 'The file is damaged, or isn’t what its name says.',
      remedy: 'Open it in another program and save it again.',
    };
  }
  const [, remedy] = REMEDIES.find(([names]) => names.test(name)) ?? [];
  if (remedy === undefined && (TEXTUAL.test(name) || type.startsWith('text/'))) {
    return {
      message: 'The text isn’t in UTF-8.',
      remedy: 'Save it with the encoding UTF-8, then attach it again.',
    };
  }
  return {
    message: 'This kind of file can’t be attached.',
    remedy: remedy ?? 'Attach a PNG, JPEG, GIF or WebP image, a PDF, or a text file.',
  };
}
