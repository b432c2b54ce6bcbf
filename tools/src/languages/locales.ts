/** The languages of the page besides English, which is in the source. */
export const LOCALES = ['ar', 'de', 'es', 'ja', 'zh-TW'] as const;

/** The languages whose catalogues must be complete. The others show English where a translation is missing. */
export const COMPLETE_LOCALES: readonly string[] = [];
