/** The languages of the page besides English, which is in the source. */
export const LOCALES = ['ar', 'de', 'es', 'ja', 'zh-TW'] as const;
