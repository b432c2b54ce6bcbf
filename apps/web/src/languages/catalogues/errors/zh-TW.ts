import type { Messages } from '../../i18n.ts';

/** The build puts the translations of `zh-TW/errors.po` here. */
export const messages: Messages = {};
