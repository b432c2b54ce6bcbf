import type { Messages } from '../i18n.ts';

/** The build puts the translations of `ja/*.po` here. */
export const messages: Messages = {};
