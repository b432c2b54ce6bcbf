import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { Attachment } from '@postern/protocol';
import { formatNumber } from '../../languages/formats.ts';
import { i18n } from '../../languages/i18n.ts';

const KINDS: Readonly<Record<Attachment['mediaType'], MessageDescriptor>> = {
  'image/png': msg`PNG image`,
  'image/jpeg': msg`JPEG image`,
  'image/gif': msg`GIF image`,
  'image/webp': msg`WebP image`,
  'application/pdf': msg`PDF`,
  'text/plain': msg`Text`,
};

/** Such as “PDF · 1.2 MB”. */
export function describeAttachment({ mediaType, size }: Attachment): string {
  return `${i18n._(KINDS[mediaType])} · ${formatBytes(size)}`;
}

const UNITS = ['kilobyte', 'megabyte', 'gigabyte'] as const;

/** With the units of 1000 that file managers show. */
export function formatBytes(bytes: number): string {
  const power = bytes < 999_950 ? 1 : bytes < 999_950_000 ? 2 : 3;
  const value = bytes / 1000 ** power;
  // No file is empty.
  return formatNumber(Math.max(value, 0.1), {
    style: 'unit',
    unit: UNITS[power - 1] ?? 'kilobyte',
    maximumFractionDigits: value < 10 ? 1 : 0,
  });
}
