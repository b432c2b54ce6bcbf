/** The languages of the page besides English, which is in the source. */
export const LOCALES = ['ar', 'de', 'es', 'ja', 'zh-TW'] as const;

/**
 * The languages whose catalogues must be complete. A new language can be left out here until it is; it shows English where a
 * translation is missing.
 */
export const COMPLETE_LOCALES: readonly string[] = LOCALES;
