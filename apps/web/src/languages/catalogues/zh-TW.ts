import type { Messages } from '@lingui/core';

/** The build puts the translations of `zh-TW/*.po` here. */
export const messages: Messages = {};
