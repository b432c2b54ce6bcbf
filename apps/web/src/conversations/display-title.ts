import { t } from '@lingui/core/macro';

const VISIBLE = /[\p{Letter}\p{Number}\p{Punctuation}\p{Symbol}]/u;

/** Returns the title, or a placeholder if it has no visible character. */
export function displayTitle(title: string): string {
  return VISIBLE.test(title) ? title : t`Untitled`;
}
