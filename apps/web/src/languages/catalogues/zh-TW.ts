import type { Messages } from '../i18n.ts';

/** The build puts the translations of `zh-TW/*.po` here. */
export const messages: Messages = {};
