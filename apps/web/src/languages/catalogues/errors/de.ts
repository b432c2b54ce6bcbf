import type { Messages } from '../../i18n.ts';

/** The build puts the translations of `de/errors.po` here. */
export const messages: Messages = {};
