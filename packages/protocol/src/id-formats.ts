/** The name of a provider or a secret, except two names that every object has. */
export const NAME = /^(?!(?:constructor|prototype)$)[a-z0-9][a-z0-9._-]{0,63}$/;

/** The text of `sortableId`. */
export const SORTABLE = /^[0-9a-hjkmnp-tv-z]{26}$/;
