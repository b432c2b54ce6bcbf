/*
 * How the page looks. The first of each is the default. `system` follows the browser's preferences.
 */

export const THEMES = ['system', 'light', 'dark'] as const;
export const CONTRASTS = ['system', 'normal', 'high'] as const;
/** 16, 14, 18 and 20 px for text that is read, and everything else in proportion. */
export const TEXT_SIZES = ['medium', 'small', 'large', 'largest'] as const;
/** How wide the column of messages may be. */
export const COLUMN_WIDTHS = ['narrow', 'wide', 'full'] as const;

/** Whether code in the language `mermaid` is shown as a diagram. */
export const DIAGRAMS = ['drawn', 'code'] as const;

export interface Appearance {
  readonly theme: (typeof THEMES)[number];
  readonly contrast: (typeof CONTRASTS)[number];
  readonly textSize: (typeof TEXT_SIZES)[number];
  readonly columnWidth: (typeof COLUMN_WIDTHS)[number];
  readonly diagrams: (typeof DIAGRAMS)[number];
}
