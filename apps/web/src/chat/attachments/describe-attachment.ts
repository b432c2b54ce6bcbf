import type { Attachment } from '@postern/protocol';

const KINDS: Readonly<Record<Attachment['mediaType'], string>> = {
  'image/png': 'PNG image',
  'image/jpeg': 'JPEG image',
  'image/gif': 'GIF image',
  'image/webp': 'WebP image',
  'application/pdf': 'PDF',
  'text/plain': 'Text',
};

/** Such as “PDF · 1.2 MB”. */
export function describeAttachment({ mediaType, size }: Attachment): string {
  return `${KINDS[mediaType]} · ${formatBytes(size)}`;
}

const UNITS = ['kilobyte', 'megabyte', 'gigabyte'] as const;

/** With the units of 1000 that file managers show. */
export function formatBytes(bytes: number): string {
  const power = bytes < 999_950 ? 1 : bytes < 999_950_000 ? 2 : 3;
  const value = bytes / 1000 ** power;
  const format = new Intl.NumberFormat(undefined, {
    style: 'unit',
    unit: UNITS[power - 1] ?? 'kilobyte',
    maximumFractionDigits: value < 10 ? 1 : 0,
  });
  // No file is empty.
  return format.format(Math.max(value, 0.1));
}
