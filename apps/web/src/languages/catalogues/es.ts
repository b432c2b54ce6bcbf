import type { Messages } from '@lingui/core';

/** The build puts the translations of `es/*.po` here. */
export const messages: Messages = {};
